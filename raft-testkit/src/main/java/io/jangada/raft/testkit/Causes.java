package io.jangada.raft.testkit;

import io.jangada.raft.testkit.Experiments.Divergence;
import io.jangada.raft.testkit.Finding.Kind;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says what usually causes what was found, by the look of the values that differ. */
final class Causes {
    private static final Pattern NUMBER = Pattern.compile("\\d{10,19}");
    private static final long DAY_MILLIS = 86_400_000;
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    private Causes() {}

    /**
     * A few sentences.
     *
     * @param finding what was found
     * @param divergence how it was seen without a cluster; null if it was not
     */
    static String of(Finding finding, @Nullable Divergence divergence) {
        List<Difference> values = values(finding, divergence);
        if (finding.kind() == Kind.VIEW) {
            return "view() hands out the machine's own collections, which go on changing: copy them,"
                    + " or use ones that never change.";
        }
        if (isThrown(finding.kind())) {
            return finding.kind() == Kind.LOAD_THREW
                    ? "load() reads in another order, or another number of values, than save() writes."
                    : "Commands are not checked before they are proposed. What is not possible must be"
                            + " a result, not an exception: all nodes would stop.";
        }
        if (values.stream().anyMatch(Causes::isClock)) {
            return "A clock is read (System.currentTimeMillis, System.nanoTime, Instant.now). Use"
                    + " Applied.clusterTimeMillis(), on which all nodes agree, or let the client put"
                    + " the time into the command.";
        }
        if (divergence != null && divergence.savedAfter() != Experiments.NEVER) {
            return afterLoading(divergence, values);
        }
        if (values.stream().anyMatch(Causes::isOrder) || isOnlyInBytes(values)) {
            return "Something is taken in hash order: the order in which a HashMap or HashSet, or"
                    + " Map.of or Set.of, gives its elements differs from machine to machine, and"
                    + " hash codes of objects without a hashCode() of their own do too. Use a TreeMap"
                    + " or a LinkedHashMap, or sort.";
        }
        return "A random number (Random, UUID.randomUUID, Math.random), an identity hash code, a clock"
                + " that matters only sometimes, a static field that the machines of all nodes share,"
                + " or another thread. Let the client draw the number and put it into the command.";
    }

    private static String afterLoading(Divergence divergence, List<Difference> values) {
        String names =
                divergence.state().stream()
                        .map(Difference::name)
                        .filter(name -> !name.startsWith("saved bytes"))
                        .collect(Collectors.joining(", "));
        if (names.isEmpty() && values.stream().allMatch(value -> isOnlyInBytes(List.of(value)))) {
            return "save() writes something in hash order: the order in which a HashMap or HashSet"
                    + " gives its elements depends on how it was filled. Write them sorted.";
        }
        return "save() does not write every field, or load() does not set every one"
                + (names.isEmpty() ? "." : ": look at " + names + ".")
                + " If this is no part of the state, such as a cache or a statistic, declare it"
                + " transient, or say with fingerprint(\u2026) what the state is.";
    }

    private static List<Difference> values(Finding finding, @Nullable Divergence divergence) {
        List<Difference> values = new ArrayList<>(finding.differences());
        values.add(new Difference("", finding.one().value(), finding.other().value()));
        if (divergence != null) {
            values.addAll(divergence.state());
            if (divergence.reply() != null) {
                values.add(divergence.reply());
            }
        }
        values.removeIf(value -> value.one().equals(value.other()));
        return values;
    }

    private static boolean isThrown(Kind kind) {
        return kind == Kind.THREW || kind == Kind.SAVE_THREW || kind == Kind.LOAD_THREW;
    }

    private static boolean isOnlyInBytes(List<Difference> values) {
        return !values.isEmpty()
                && values.stream().allMatch(value -> value.name().startsWith("saved bytes"));
    }

    private static boolean isClock(Difference value) {
        return hasTime(value.one()) && hasTime(value.other());
    }

    private static boolean hasTime(String text) {
        Matcher numbers = NUMBER.matcher(text);
        while (numbers.find()) {
            // Nineteen digits may be too many for a long, and are no time then.
            BigInteger number = new BigInteger(numbers.group());
            if (number.bitLength() < Long.SIZE && isTime(number.longValue())) {
                return true;
            }
        }
        String now = Instant.ofEpochMilli(System.currentTimeMillis()).toString();
        return text.contains(now.substring(0, 10) + "T");
    }

    private static boolean isTime(long number) {
        long millis = System.currentTimeMillis();
        return isNear(number, millis, DAY_MILLIS)
                || isNear(number, millis / 1_000, DAY_MILLIS / 1_000)
                || isNear(number / 1_000, millis, DAY_MILLIS)
                || isNear(number / 1_000_000, millis, DAY_MILLIS)
                || isNear(number, System.nanoTime(), HOUR_NANOS);
    }

    private static boolean isNear(long number, long now, long distance) {
        return number > 1_000_000_000L && Math.abs(number - now) < distance;
    }

    /** The same characters in another order, more than digits that happen to be the same. */
    private static boolean isOrder(Difference value) {
        char[] one = value.one().toCharArray();
        char[] other = value.other().toCharArray();
        Arrays.sort(one);
        Arrays.sort(other);
        return one.length > 3
                && Arrays.equals(one, other)
                && !NUMBER.matcher(value.one()).matches();
    }
}
