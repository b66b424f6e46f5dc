package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Folders;
import io.jangada.benchmarks.wire.Processes;
import io.jangada.benchmarks.wire.Records;
import io.jangada.benchmarks.wire.RedisBenchmark;
import io.jangada.benchmarks.wire.WireClient;
import io.jangada.benchmarks.wire.WireContender;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** Starts servers on an empty folder, asks the one that leads, and takes them down again. */
record WireMeasurement(WireContender server, WireWorkload load, RunOptions options)
        implements RunOptions.Measurement {
    private static final double START_SECONDS = 6;
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** How much longer than expected redis-benchmark may take. */
    private static final double TIMEOUT_FACTOR = 3;

    private static final double TIMEOUT_EXTRA_SECONDS = 60;

    @Override
    public String contender() {
        return server.name();
    }

    @Override
    public String workload() {
        return load.key();
    }

    @Override
    public double expectedSeconds() {
        return START_SECONDS + options.warmup() + options.seconds();
    }

    @Override
    public Result run() throws IOException, InterruptedException, Launcher.FailedException {
        Path folder = Files.createTempDirectory(options.folder(), "bench");
        Path log = options.folder().resolve("bench-" + contender() + "-" + workload() + ".log");
        Files.deleteIfExists(log);
        WireContender.Servers servers = servers(folder);
        try (Processes processes = Processes.start(servers.commands(), folder, log)) {
            Result result = measure(servers, processes, folder);
            processes.requireAlive();
            Files.deleteIfExists(log);
            return result;
        } catch (IOException | TimeoutException | IllegalStateException e) {
            throw new Launcher.FailedException(e.getMessage() + "; see " + log);
        }
    }

    private WireContender.Servers servers(Path folder) throws IOException {
        try {
            return server.servers(folder);
        } catch (IOException e) {
            Folders.delete(folder);
            throw e;
        }
    }

    private Result measure(WireContender.Servers servers, Processes processes, Path folder)
            throws IOException, InterruptedException, TimeoutException {
        InetSocketAddress leader = awaitLeader(servers, processes);
        double rate;
        try (WireClient client = servers.connect(leader, WireWorkload.CLIENTS)) {
            if (load.reads()) {
                fill(client);
            }
            Load own = closed(client);
            rate = own.run((long) (options.warmup() * 1e9)).perSecond();
            if (!load.byRedisBenchmark()) {
                return measure(own, processes);
            }
        }
        long count = Math.max(WireWorkload.CLIENTS, (long) (rate * options.seconds()));
        return redisBenchmark(leader, count, processes, folder.resolve("redis-benchmark.csv"));
    }

    private static InetSocketAddress awaitLeader(WireContender.Servers servers, Processes processes)
            throws IOException, InterruptedException, TimeoutException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        IOException last = null;
        while (System.nanoTime() - end < 0) {
            processes.requireAlive();
            try {
                Optional<InetSocketAddress> leader = servers.leader();
                if (leader.isPresent()) {
                    return leader.get();
                }
            } catch (IOException e) {
                last = e;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        throw new TimeoutException("no leader within a minute" + (last == null ? "" : ": " + last));
    }

    /** Gives every key a value. */
    private static void fill(WireClient client) throws InterruptedException, TimeoutException {
        Operation sets = new Operation(true, client::set);
        Load.Outcome outcome =
                Load.counted(sets, WireWorkload.CLIENTS, 1, Records.KEYS).run(PATIENCE_NANOS);
        if (outcome.failed() > 0) {
            throw new IllegalStateException(
                    "a write failed: " + outcome.failure(), outcome.failure());
        }
    }

    private Load closed(WireClient client) {
        Operation operation =
                load.reads() ? new Operation(false, client::get) : new Operation(true, client::set);
        return Load.closed(operation, WireWorkload.CLIENTS, 1);
    }

    private Result measure(Load own, Processes processes)
            throws InterruptedException, TimeoutException {
        Usage clientBefore = Usage.now();
        double serversBefore = processes.cpuSeconds();
        Load.Outcome outcome = own.run((long) (options.seconds() * 1e9));
        double serversAfter = processes.cpuSeconds();
        Usage clientAfter = Usage.now();
        Result result = Cluster.figures(outcome);
        double hundredThousands = outcome.latencies().getTotalCount() / 1e5;
        put(result, Metric.CPU, (serversAfter - serversBefore) / hundredThousands);
        put(
                result,
                WireTable.CLIENT_CPU,
                clientAfter.cpuSecondsSince(clientBefore) / hundredThousands);
        return result;
    }

    private Result redisBenchmark(
            InetSocketAddress leader, long count, Processes processes, Path out)
            throws IOException, InterruptedException {
        double timeout = TIMEOUT_FACTOR * options.seconds() + TIMEOUT_EXTRA_SECONDS;
        double before = processes.cpuSeconds();
        RedisBenchmark.Figures figures =
                RedisBenchmark.run(leader, WireWorkload.CLIENTS, load.reads(), count, timeout, out);
        double after = processes.cpuSeconds();
        Result result = new Result(Map.of(Metric.RATE.key(), figures.rate()));
        put(result, Metric.P50, figures.p50Micros());
        put(result, Metric.P99, figures.p99Micros());
        put(result, Metric.CPU, (after - before) / (count / 1e5));
        put(result, WireTable.CLIENT_CPU, figures.cpuSeconds() / (count / 1e5));
        return result;
    }

    private static void put(Result result, Metric metric, double value) {
        result.values().put(metric.key(), value);
    }
}
