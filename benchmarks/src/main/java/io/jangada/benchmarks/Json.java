package io.jangada.benchmarks;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Results as JSON: the machine, the settings, and every measurement. */
final class Json {
    private final Map<String, String> settings;

    /** With settings whose values are JSON already. */
    Json(Map<String, String> settings) {
        this.settings = settings;
    }

    String text(Results results) {
        List<Map.Entry<String, String>> members =
                new ArrayList<>(
                        List.of(
                                Map.entry("date", string(now())),
                                Map.entry("java", string(System.getProperty("java.vm.version"))),
                                Map.entry("os", string(system())),
                                Map.entry(
                                        "processors",
                                        Integer.toString(
                                                Runtime.getRuntime().availableProcessors()))));
        members.addAll(settings.entrySet());
        members.add(
                Map.entry(
                        "measurements",
                        results.all().stream()
                                .map(Json::measurement)
                                .collect(Collectors.joining(",\n", "[\n", "\n]"))));
        return object(members) + "\n";
    }

    private static String measurement(Results.One one) {
        Result result = one.result();
        return object(
                List.of(
                        Map.entry("contender", string(one.contender())),
                        Map.entry("workload", string(one.workload())),
                        Map.entry("round", Integer.toString(one.round())),
                        result == null
                                ? Map.entry("failure", string(String.valueOf(one.failure())))
                                : Map.entry("values", values(result))));
    }

    private static String values(Result result) {
        return result.values().entrySet().stream()
                .map(each -> string(each.getKey()) + ": " + number(each.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String object(List<Map.Entry<String, String>> members) {
        return members.stream()
                .map(member -> string(member.getKey()) + ": " + member.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String system() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version");
    }

    static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : "null";
    }

    static String string(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
