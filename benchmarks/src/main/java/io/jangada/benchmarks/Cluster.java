package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.ClusterSpec;
import io.jangada.benchmarks.contender.Commands;
import io.jangada.benchmarks.contender.Contender;
import io.jangada.benchmarks.contender.KvMap;
import io.jangada.benchmarks.contender.ReadKind;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** A started contender, and what was asked of it so far. */
final class Cluster {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long POLL_NANOS = 500_000;
    private static final int FILL_OUTSTANDING = 256;

    /** On a busy machine an election may come in between. */
    private static final int FILL_ATTEMPTS = 5;

    private final Contender contender;
    private final ClusterSpec spec;
    private final long heapBefore;
    private final AtomicLong acknowledged = new AtomicLong();

    /** Whom operations are given to. */
    private volatile int leader;

    /** Given the {@link #liveHeapBytes} before the start. */
    Cluster(Contender contender, ClusterSpec spec, long heapBefore) {
        this.contender = contender;
        this.spec = spec;
        this.heapBefore = heapBefore;
    }

    /** All that is reachable. */
    static long liveHeapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** What has become reachable since before the start. */
    long addedHeapBytes() {
        return liveHeapBytes() - heapBefore;
    }

    Contender contender() {
        return contender;
    }

    ClusterSpec spec() {
        return spec;
    }

    /** Waits for a leader that takes writes; later operations go to it. Returns its number. */
    int awaitLeader() throws Exception {
        Commands commands = new Commands(256);
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            int candidate = contender.leader();
            if (candidate >= 0 && writeOnce(candidate, commands.write(0))) {
                leader = candidate;
                return candidate;
            }
            if (System.nanoTime() - end > 0) {
                throw new TimeoutException("no leader took a write within a minute");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** False if the write failed, or got no answer for a second. */
    private boolean writeOnce(int node, byte[] command) throws InterruptedException {
        CompletableFuture<Void> end = new CompletableFuture<>();
        try {
            contender.write(
                    node,
                    command,
                    (result, failure) -> {
                        if (failure == null) {
                            end.complete(null);
                        } else {
                            end.completeExceptionally(failure);
                        }
                    });
            end.get(1, TimeUnit.SECONDS);
            acknowledged.incrementAndGet();
            return true;
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            return false;
        }
    }

    /** Writes at the leader. */
    Operation writes(Commands commands) {
        return new Operation(
                true, (sequence, done) -> contender.write(leader, commands.write(sequence), done));
    }

    /** Reads at the leader, of keys that were all written by {@link #fill}. */
    Operation reads(ReadKind kind, Commands commands) {
        return new Operation(
                false,
                (sequence, done) -> contender.read(leader, kind, commands.key(sequence), done));
    }

    /** Gives every key a value. */
    void fill(Commands commands) throws Exception {
        fill(commands, commands.keys());
    }

    /** So many writes, all of them acknowledged. */
    void fill(Commands commands, int count) throws Exception {
        int outstanding = Math.min(count, FILL_OUTSTANDING);
        Throwable failure = null;
        for (int attempt = 0; attempt < FILL_ATTEMPTS; attempt++) {
            awaitLeader();
            Operation writes = writes(commands);
            int submitters = contender.submitters();
            Load load = Load.counted(writes, outstanding, submitters, count);
            Load.Outcome outcome = run(load, Long.MAX_VALUE / 2);
            if (outcome.failed() == 0) {
                return;
            }
            failure = outcome.failure();
        }
        throw new IllegalStateException("writes fail again and again", failure);
    }

    /** Runs a load for that long. */
    Load.Outcome run(Load load, long nanos) throws InterruptedException, TimeoutException {
        Load.Outcome outcome = load.run(nanos);
        if (load.writes()) {
            acknowledged.addAndGet(outcome.latencies().getTotalCount());
        }
        return outcome;
    }

    /** Warms up: two thirds of the time with many outstanding, then with the load itself. */
    void warmUp(Load heavy, Load load, Scale scale) throws InterruptedException, TimeoutException {
        run(heavy, scale.warmupNanos() * 2 / 3);
        run(load, scale.warmupNanos() / 3);
    }

    /** Runs a load, on whoever leads by now, and puts its figures together. */
    Result measure(Load load, Scale scale) throws Exception {
        awaitLeader();
        Usage before = Usage.now();
        Load.Outcome outcome = run(load, scale.nanos());
        Usage after = Usage.now();
        Result result = figures(outcome);
        long count = Math.max(1, outcome.latencies().getTotalCount());
        result.values().put(Metric.CPU.key(), after.cpuSecondsSince(before) * 1e5 / count);
        result.values().put(Metric.BYTES.key(), after.bytesSince(before) * 1.0 / count);
        return result;
    }

    /** Rate and latencies. */
    static Result figures(Load.Outcome outcome) {
        if (outcome.failure() != null) {
            System.err.println("the first of " + outcome.failed() + " failures:");
            outcome.failure().printStackTrace();
        }
        Histogram latencies = outcome.latencies();
        if (latencies.getTotalCount() == 0) {
            throw new IllegalStateException("no operation succeeded", outcome.failure());
        }
        return new Result(
                Map.of(
                        Metric.RATE.key(),
                        outcome.perSecond(),
                        Metric.P50.key(),
                        latencies.getValueAtPercentile(50) / 1e3,
                        Metric.P99.key(),
                        latencies.getValueAtPercentile(99) / 1e3,
                        Metric.P999.key(),
                        latencies.getValueAtPercentile(99.9) / 1e3,
                        Metric.FAILED,
                        (double) outcome.failed() + outcome.unsent()));
    }

    /**
     * Waits until all nodes have applied the same.
     *
     * @throws IllegalStateException if they do not come to that, or less was applied than was
     *     acknowledged
     */
    void checkSameState() {
        await("the nodes have applied different things: ", () -> digests().distinct().count() == 1);
        KvMap.Digest digest = digests().findFirst().orElseThrow();
        if (digest.applied() < acknowledged.get()) {
            throw new IllegalStateException(
                    acknowledged + " writes were acknowledged, applied is only " + digest);
        }
    }

    /** Waits until all nodes have applied that much. */
    void awaitApplied(long count) {
        await(
                "not all nodes have applied " + count + " commands: ",
                () -> contender.maps().stream().allMatch(map -> map.applied() >= count));
    }

    private void await(String otherwise, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(otherwise + digests().toList());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private Stream<KvMap.Digest> digests() {
        return contender.maps().stream().map(KvMap::digest);
    }
}
