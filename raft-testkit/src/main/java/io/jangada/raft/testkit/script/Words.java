package io.jangada.raft.testkit.script;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The words of one instruction: plain ones, taken in order, and options {@code name=value}, taken
 * by name from anywhere. Text in double quotes is one plain word. Every complaint names the line.
 */
final class Words {
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private static final Pattern OPTION = Pattern.compile("([a-zA-Z][a-zA-Z-]*)=(.*)");
    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)(us|ms|s|min|T)");

    private final String where;
    private final Deque<String> plain = new ArrayDeque<>();
    private final Map<String, String> options = new LinkedHashMap<>();
    private Duration electionTimeout = Duration.ofSeconds(1);

    Words(String where, String text) {
        this.where = where;
        Matcher words = WORD.matcher(text);
        while (words.find()) {
            if (words.group(1) != null) {
                plain.add(words.group(1));
            } else {
                add(words.group(2));
            }
        }
    }

    private void add(String word) {
        Matcher option = OPTION.matcher(word);
        if (!option.matches()) {
            plain.add(word);
        } else if (options.put(option.group(1), option.group(2)) != null) {
            throw bad("option " + option.group(1) + " is given twice");
        }
    }

    /** What {@code T} means in durations from here on. */
    void electionTimeout(Duration timeout) {
        electionTimeout = timeout;
    }

    String where() {
        return where;
    }

    ScriptException bad(String message) {
        return new ScriptException(where, message);
    }

    boolean hasNext() {
        return !plain.isEmpty();
    }

    /** The next plain word, which is there. */
    String next(String what) {
        String word = plain.poll();
        if (word == null) {
            throw bad(what + " is missing");
        }
        return word;
    }

    /** Whether the next plain word is this one, which is taken then. */
    boolean take(String word) {
        boolean there = word.equals(plain.peek());
        if (there) {
            plain.remove();
        }
        return there;
    }

    /** Whether the next plain word is this one; it stays. */
    boolean isNext(String word) {
        return word.equals(plain.peek());
    }

    /** All plain words that are left, at least one. */
    List<String> rest(String what) {
        List<String> rest = new ArrayList<>();
        rest.add(next(what));
        while (hasNext()) {
            rest.add(next(what));
        }
        return rest;
    }

    @Nullable String option(String name) {
        return options.remove(name);
    }

    String option(String name, String otherwise) {
        String value = options.remove(name);
        return value == null ? otherwise : value;
    }

    String required(String name) {
        String value = options.remove(name);
        if (value == null) {
            throw bad("option " + name + "= is missing");
        }
        return value;
    }

    /** An option that is {@code yes} or {@code no}. */
    boolean flag(String name, boolean otherwise) {
        String value = option(name, otherwise ? "yes" : "no");
        if (!value.equals("yes") && !value.equals("no")) {
            throw bad("option " + name + " is yes or no, not '" + value + "'");
        }
        return value.equals("yes");
    }

    /** All options that are left. */
    Map<String, String> options() {
        Map<String, String> left = new LinkedHashMap<>(options);
        options.clear();
        return left;
    }

    /** Nothing may be left. */
    void end() {
        if (hasNext()) {
            throw bad("'" + plain.peek() + "' is one word too many");
        }
        for (String name : options.keySet()) {
            throw bad("there is no option " + name + "= here");
        }
    }

    // Values

    int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw bad("'" + text + "' is not a whole number");
        }
    }

    double share(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw bad("'" + text + "' is not a number from 0 to 1");
        }
    }

    Duration duration(String text) {
        Matcher duration = DURATION.matcher(text);
        if (!duration.matches()) {
            throw bad(
                    "'"
                            + text
                            + "' is not a duration such as 50ms, 1.5s, 2min or 3T (T is the"
                            + " election timeout)");
        }
        double number = Double.parseDouble(duration.group(1));
        double unit =
                switch (duration.group(2)) {
                    case "us" -> 1e3;
                    case "ms" -> 1e6;
                    case "s" -> 1e9;
                    case "min" -> 60e9;
                    default -> electionTimeout.toNanos();
                };
        return Duration.ofNanos(Math.round(number * unit));
    }

    /** {@code 1ms..5ms}, or one duration for both. */
    Duration[] range(String text) {
        String[] ends = text.split("\\.\\.(?=\\d)", 2);
        Duration least = duration(ends[0]);
        Duration most = ends.length == 1 ? least : duration(ends[1]);
        if (least.compareTo(most) > 0) {
            throw bad("the range " + text + " ends before it begins");
        }
        return new Duration[] {least, most};
    }
}
