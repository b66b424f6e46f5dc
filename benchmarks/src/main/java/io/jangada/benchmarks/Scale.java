package io.jangada.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long and how large.
 *
 * @param seconds what is counted of each measurement
 * @param warmup seconds before that
 * @param entries what a restart has to replay
 * @param groups idle groups
 * @param cuts failovers in one measurement
 */
record Scale(double seconds, double warmup, int entries, int groups, int cuts) {
    /** Compilers are at work for 25 s of full load: earlier figures are too high. */
    static final Scale DEFAULT = new Scale(5, 30, 1_000_000, 100, 10);

    /** All of it, with values as in JSON. */
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("seconds", Json.number(seconds));
        settings.put("warmup", Json.number(warmup));
        settings.put("entries", Integer.toString(entries));
        settings.put("groups", Integer.toString(groups));
        settings.put("cuts", Integer.toString(cuts));
        return settings;
    }

    long nanos() {
        return (long) (seconds * 1e9);
    }

    long warmupNanos() {
        return (long) (warmup * 1e9);
    }
}
