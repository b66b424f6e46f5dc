package io.jangada.benchmarks;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Results as JSON: the machine, the scale, and every measurement. */
final class Json {
    private final Scale scale;

    Json(Scale scale) {
        this.scale = scale;
    }

    String text(Results results) {
        return object(
                        List.of(
                                Map.entry("date", string(now())),
                                Map.entry("java", string(System.getProperty("java.vm.version"))),
                                Map.entry("os", string(system())),
                                Map.entry(
                                        "processors",
                                        Integer.toString(
                                                Runtime.getRuntime().availableProcessors())),
                                Map.entry("seconds", number(scale.seconds())),
                                Map.entry("warmup", number(scale.warmup())),
                                Map.entry("entries", Integer.toString(scale.entries())),
                                Map.entry("groups", Integer.toString(scale.groups())),
                                Map.entry("cuts", Integer.toString(scale.cuts())),
                                Map.entry(
                                        "measurements",
                                        results.all().stream()
                                                .map(Json::measurement)
                                                .collect(Collectors.joining(",\n", "[\n", "\n]")))))
                + "\n";
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
