package io.jangada.raft.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A value that two machines have differently.
 *
 * @param name what it is, such as {@code Bank.accounts[alice]}
 * @param one what one of them has
 * @param other what the other one has
 */
record Difference(String name, String one, String other) {
    private static final int SHOWN_MAX = 8;
    private static final int TEXT_MAX = 160;
    private static final String ABSENT = "absent";

    /** In which lines of the form {@code name = value} two texts differ; not all if many. */
    static List<Difference> between(String one, String other) {
        Map<String, List<String>> left = new HashMap<>();
        List<String> order = new ArrayList<>();
        one.lines().forEach(line -> order.add(line));
        Map<String, Integer> counts = new HashMap<>();
        other.lines().forEach(line -> counts.merge(line, 1, Integer::sum));
        List<String> onlyOne = new ArrayList<>();
        for (String line : order) {
            if (counts.merge(line, -1, Integer::sum) < 0) {
                onlyOne.add(line);
            }
        }
        counts.forEach(
                (line, count) -> {
                    for (int i = 0; i < count; i++) {
                        left.computeIfAbsent(name(line), key -> new ArrayList<>()).add(value(line));
                    }
                });
        List<Difference> found = new ArrayList<>();
        for (String line : onlyOne) {
            List<String> matches = left.getOrDefault(name(line), new ArrayList<>());
            String match = matches.isEmpty() ? ABSENT : matches.remove(0);
            found.add(new Difference(name(line), value(line), match));
        }
        left.forEach(
                (name, values) ->
                        values.forEach(value -> found.add(new Difference(name, ABSENT, value))));
        return found.size() > SHOWN_MAX ? List.copyOf(found.subList(0, SHOWN_MAX)) : found;
    }

    private static String name(String line) {
        int at = line.indexOf(" = ");
        return at < 0 ? line : line.substring(0, at);
    }

    private static String value(String line) {
        int at = line.indexOf(" = ");
        return at < 0 ? "" : line.substring(at + 3);
    }

    static String shortened(String text) {
        return text.length() <= TEXT_MAX
                ? text
                : text.substring(0, TEXT_MAX) + "\u2026 (" + text.length() + " characters)";
    }

    @Override
    public String toString() {
        return name + ": " + shortened(one) + ", but " + shortened(other);
    }
}
