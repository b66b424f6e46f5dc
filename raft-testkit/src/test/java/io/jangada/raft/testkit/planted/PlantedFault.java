package io.jangada.raft.testkit.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A way to break one rule, read from a file of {@code src/test/resources/planted}:
 *
 * <pre>
 * rule: Z13
 * fault: one sentence that says what is wrong then
 * tests: raft-impl ReplicationTest#z13_aShorterMessageTruncatesNothing
 * reason: why the swarm cannot see it, if it cannot
 * --- raft-impl/src/main/java/io/jangada/raft/impl/core/Follower.java
 * lines that occur exactly once
 * --- becomes
 * lines in their place
 * </pre>
 *
 * <p>A line that begins with two spaces goes on with the one before. {@code tests} may come several
 * times, each with a module and classes or methods of it; they are run when the swarm finds
 * nothing. {@code swarm: no} says that it need not be tried. Several changes may follow each other,
 * of one file or of several.
 *
 * @param name the file's name without its ending
 * @param rule the rule of the reliability reference
 * @param fault what is wrong
 * @param swarm whether the swarm is to look for it
 * @param tests who else knows the rule
 * @param reason why the swarm does not see it; empty if it does, or should
 * @param hunks the changes
 */
record PlantedFault(
        String name,
        String rule,
        String fault,
        boolean swarm,
        List<Tests> tests,
        String reason,
        List<Hunk> hunks) {
    private static final String ENDING = ".patch";
    private static final String FILE = "--- ";
    private static final String BECOMES = "--- becomes";

    /** Tests of one module: {@code Class} or {@code Class#method}, without packages. */
    record Tests(String module, List<String> names) {}

    /** In a file, some lines for other ones. */
    record Hunk(String file, String find, String replacement) {}

    /** All faults of a folder, in the order of their rules. */
    static List<PlantedFault> readAll(Path folder) throws IOException {
        List<PlantedFault> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(ENDING)).toList()) {
                all.add(read(file));
            }
        }
        all.sort((a, b) -> a.order().compareTo(b.order()));
        return all;
    }

    static PlantedFault read(Path file) throws IOException {
        String name = file.getFileName().toString();
        return parse(name.substring(0, name.length() - ENDING.length()), Files.readString(file));
    }

    static PlantedFault parse(String name, String text) {
        List<String> lines = text.lines().toList();
        int body = 0;
        while (body < lines.size() && !lines.get(body).startsWith(FILE)) {
            body++;
        }
        Map<String, List<String>> header = header(name, lines.subList(0, body));
        List<Hunk> hunks = hunks(name, lines.subList(body, lines.size()));
        if (hunks.isEmpty()) {
            throw new IllegalArgumentException(name + " changes nothing");
        }
        List<Tests> tests = new ArrayList<>();
        for (String each : header.getOrDefault("tests", List.of())) {
            List<String> words = Arrays.asList(each.split("[ ,]+"));
            tests.add(new Tests(words.get(0), words.subList(1, words.size())));
        }
        return new PlantedFault(
                name,
                required(name, header, "rule"),
                required(name, header, "fault"),
                !header.getOrDefault("swarm", List.of()).contains("no"),
                tests,
                String.join(" ", header.getOrDefault("reason", List.of())),
                hunks);
    }

    private static String required(String name, Map<String, List<String>> header, String key) {
        List<String> values = header.get(key);
        if (values == null || values.size() != 1) {
            throw new IllegalArgumentException(name + " must say '" + key + ":' once");
        }
        return values.get(0);
    }

    private static Map<String, List<String>> header(String name, List<String> lines) {
        Map<String, List<String>> header = new TreeMap<>();
        List<String> last = List.of();
        for (String line : lines) {
            int colon = line.indexOf(": ");
            if (line.startsWith("  ") && !last.isEmpty()) {
                last.add(last.remove(last.size() - 1) + " " + line.strip());
            } else if (colon > 0) {
                last = header.computeIfAbsent(line.substring(0, colon), key -> new ArrayList<>());
                last.add(line.substring(colon + 2).strip());
            } else if (!line.isBlank()) {
                throw new IllegalArgumentException(name + ": what does '" + line + "' mean?");
            }
        }
        header.keySet().stream()
                .filter(key -> !List.of("rule", "fault", "swarm", "tests", "reason").contains(key))
                .forEach(
                        key -> {
                            throw new IllegalArgumentException(name + ": what is '" + key + "'?");
                        });
        return header;
    }

    private static List<Hunk> hunks(String name, List<String> lines) {
        List<Hunk> hunks = new ArrayList<>();
        String file = "";
        List<String> find = new ArrayList<>();
        List<String> replacement = new ArrayList<>();
        List<String> current = find;
        for (String line : lines) {
            if (line.equals(BECOMES)) {
                current = replacement;
            } else if (line.startsWith(FILE)) {
                addHunk(hunks, name, file, find, replacement);
                file = line.substring(FILE.length()).strip();
                find.clear();
                replacement.clear();
                current = find;
            } else {
                current.add(line);
            }
        }
        addHunk(hunks, name, file, find, replacement);
        return hunks;
    }

    private static void addHunk(
            List<Hunk> hunks,
            String name,
            String file,
            List<String> find,
            List<String> replacement) {
        if (file.isEmpty()) {
            return;
        }
        if (find.isEmpty()) {
            throw new IllegalArgumentException(name + " does not say what to find in " + file);
        }
        hunks.add(new Hunk(file, String.join("\n", find), String.join("\n", replacement)));
    }

    /**
     * The sources as they are with this fault.
     *
     * @param root the folder of the whole project
     * @return the texts of the changed files, by their paths
     * @throws IllegalArgumentException if a snippet is not there exactly once
     */
    Map<String, String> patchedSources(Path root) throws IOException {
        Map<String, String> sources = new LinkedHashMap<>();
        for (Hunk hunk : hunks) {
            Path file = root.resolve(hunk.file());
            if (!Files.exists(file)) {
                throw new IllegalArgumentException(name + ": there is no " + hunk.file());
            }
            String before = sources.getOrDefault(hunk.file(), "");
            String source = before.isEmpty() ? Files.readString(file) : before;
            int at = source.indexOf(hunk.find());
            if (at < 0 || source.indexOf(hunk.find(), at + 1) >= 0) {
                throw new IllegalArgumentException(
                        String.format(
                                "%s: this must stand exactly once in %s, and stands there %s:%n%s",
                                name, hunk.file(), at < 0 ? "nowhere" : "twice", hunk.find()));
            }
            sources.put(
                    hunk.file(),
                    source.substring(0, at)
                            + hunk.replacement()
                            + source.substring(at + hunk.find().length()));
        }
        return sources;
    }

    /** Z2 before Z13, and faults of one rule by name. */
    private String order() {
        String number = rule.replaceAll("[^0-9]", "");
        return String.format("%6s %s", number, name);
    }

    @Override
    public String toString() {
        return name;
    }
}
