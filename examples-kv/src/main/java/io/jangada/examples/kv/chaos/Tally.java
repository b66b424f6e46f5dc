package io.jangada.examples.kv.chaos;

import io.jangada.raft.testkit.check.Operation.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** Counts how operations end and how long none succeeded. Any thread. */
final class Tally {
    private final LongSupplier clock;
    private final Map<String, Map<Status, Long>> counts = new TreeMap<>();
    private final Gap any;
    private final Gap writes;

    Tally(LongSupplier clock) {
        this.clock = clock;
        long now = clock.getAsLong();
        any = new Gap(now);
        writes = new Gap(now);
    }

    /** The load begins: what was before is no gap. */
    synchronized void begin() {
        long now = clock.getAsLong();
        any.last = now;
        writes.last = now;
    }

    /** An operation ended. */
    synchronized void ended(String kind, boolean isWrite, Status status) {
        counts.computeIfAbsent(kind, name -> new EnumMap<>(Status.class))
                .merge(status, 1L, Long::sum);
        if (status == Status.OK) {
            long now = clock.getAsLong();
            any.success(now);
            if (isWrite) {
                writes.success(now);
            }
        }
    }

    /** The load is over: what did not succeed until now did not. */
    synchronized void stop() {
        long now = clock.getAsLong();
        any.success(now);
        writes.success(now);
    }

    synchronized long count(Status status) {
        return counts.values().stream().mapToLong(each -> each.getOrDefault(status, 0L)).sum();
    }

    synchronized List<ChaosReport.Operations> operations() {
        List<ChaosReport.Operations> all = new ArrayList<>();
        counts.forEach(
                (kind, n) ->
                        all.add(
                                new ChaosReport.Operations(
                                        kind,
                                        n.getOrDefault(Status.OK, 0L),
                                        n.getOrDefault(Status.FAIL, 0L),
                                        n.getOrDefault(Status.INFO, 0L))));
        return all;
    }

    /** The longest time without a success of any kind, up to now. */
    synchronized Duration longestGap() {
        return any.longest();
    }

    synchronized Duration longestWriteGap() {
        return writes.longest();
    }

    private static final class Gap {
        private long last;
        private long longestNanos;

        Gap(long now) {
            last = now;
        }

        void success(long now) {
            longestNanos = Math.max(longestNanos, now - last);
            last = now;
        }

        Duration longest() {
            return Duration.ofNanos(longestNanos);
        }
    }
}
