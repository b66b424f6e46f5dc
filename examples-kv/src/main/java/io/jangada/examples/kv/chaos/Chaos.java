package io.jangada.examples.kv.chaos;

import io.jangada.raft.testkit.check.History;
import io.jangada.raft.testkit.check.HistoryFormatException;
import io.jangada.raft.testkit.check.KvHistoryFile;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import io.jangada.raft.testkit.check.Operation.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A run: servers, clients, faults, healing, judgement. Needs Linux, whose loopback network has an
 * address for every link, and signals.
 */
public final class Chaos {
    /** The default of servers; less would make pauses of a busy machine the most frequent fault. */
    private static final Duration ELECTION = Duration.ofSeconds(1);

    /** Small, so that nodes that were away for some seconds get a snapshot. */
    private static final int SNAPSHOT_EVERY = 300;

    private static final Duration PROGRESS = Duration.ofSeconds(5);
    private static final Duration HEALING_MAX = Duration.ofMinutes(2);

    private final ChaosOptions options;
    private final Consumer<String> progress;
    private final Troubles troubles = new Troubles();

    /** A fault of a test's own, done in the middle of a run. */
    private final Optional<Fault> planted;

    private Chaos(ChaosOptions options, Consumer<String> progress, Optional<Fault> planted) {
        this.options = options;
        this.progress = progress;
        this.planted = planted;
    }

    /**
     * Does a run. Whatever happens, no process and no mounted file system is left behind.
     *
     * @param options what to do
     * @param progress is told how it goes, a line every few seconds
     * @return what came of it
     * @throws IOException if servers cannot be started at all, or files cannot be written
     * @throws InterruptedException if the thread is interrupted
     */
    public static ChaosReport run(ChaosOptions options, Consumer<String> progress)
            throws IOException, InterruptedException {
        return new Chaos(options, progress, Optional.empty()).run();
    }

    /** A run in which a fault that the servers cannot survive is planted. */
    static ChaosReport run(ChaosOptions options, Consumer<String> progress, Fault planted)
            throws IOException, InterruptedException {
        return new Chaos(options, progress, Optional.of(planted)).run();
    }

    private ChaosReport run() throws IOException, InterruptedException {
        Path keep = options.keep();
        Path folder = keep == null ? Files.createTempDirectory("kv-chaos") : keep;
        Files.createDirectories(folder);
        Tools tools = new Tools(options, folder, (options.nodes() - 1) / 2);
        ChaosReport report;
        try {
            ChaosCluster cluster = cluster(folder, tools);
            Thread hook = new Thread(() -> close(cluster, tools), "end of chaos");
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                report = new Run(folder, tools, cluster).run();
            } finally {
                cluster.close();
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        } finally {
            for (LoopDisk disk : tools.disks()) {
                disk.close();
            }
        }
        if (report.isWell()) {
            cleanUp(folder, keep == null);
        }
        return report;
    }

    private static void close(ChaosCluster cluster, Tools tools) {
        try {
            cluster.close();
            for (LoopDisk disk : tools.disks()) {
                disk.close();
            }
        } catch (IOException e) {
            System.err.println("kv chaos: " + e.getMessage());
        }
    }

    private ChaosCluster cluster(Path folder, Tools tools) throws IOException {
        boolean clocks = isDone(FaultKind.CLOCK, tools);
        Optional<Integer> every =
                options.faults().contains(FaultKind.SNAPSHOT)
                        ? Optional.of(SNAPSHOT_EVERY)
                        : Optional.empty();
        return new ChaosCluster(
                folder,
                options.nodes(),
                new ChaosCluster.Settings(ELECTION, every, clocks),
                tools,
                troubles);
    }

    private boolean isDone(FaultKind kind, Tools tools) {
        return options.faults().contains(kind) && !tools.missing().containsKey(kind);
    }

    /** Deletes all, or all but histories and logs. */
    private static void cleanUp(Path folder, boolean all) throws IOException {
        if (all) {
            ChaosCluster.delete(folder);
            return;
        }
        List<Path> entries;
        try (Stream<Path> files = Files.list(folder)) {
            entries = files.toList();
        }
        for (Path entry : entries) {
            String name = String.valueOf(entry.getFileName());
            if (!name.endsWith(".jsonl") && !name.endsWith(".log")) {
                ChaosCluster.delete(entry);
            }
        }
    }

    /** The parts of one run, while it lasts. */
    private final class Run {
        private final Path folder;
        private final Tools tools;
        private final ChaosCluster cluster;
        private final long startNanos = System.nanoTime();
        private final Windows windows = new Windows(this::nanos);
        private final Tally tally;
        private final Judge judge;
        private final Nemesis nemesis;
        private final List<LoadClient> clients = new ArrayList<>();
        private Duration healing = Duration.ZERO;

        Run(Path folder, Tools tools, ChaosCluster cluster) {
            this.folder = folder;
            this.tools = tools;
            this.cluster = cluster;
            SplittableRandom random = new SplittableRandom(options.seed());
            List<FaultKind> kinds =
                    options.faults().stream().filter(kind -> isDone(kind, tools)).toList();
            nemesis = new Nemesis(cluster, windows, kinds, random.split());
            judge = new Judge(folder, windows, troubles);
            tally = new Tally(this::nanos);
            for (int i = 1; i <= options.clients(); i++) {
                clients.add(new LoadClient(i, cluster, windows, tally, random.split()));
            }
        }

        private long nanos() {
            return System.nanoTime() - startNanos;
        }

        private void startServers() throws IOException, InterruptedException {
            cluster.startAll();
            if (!cluster.awaitAgreement(cluster.nodes(), HEALING_MAX)) {
                troubles.add("the servers found no leader after their first start");
            }
        }

        ChaosReport run() throws IOException, InterruptedException {
            startServers();
            tally.begin();
            Thread reporter = new Thread(this::report, "progress");
            reporter.setDaemon(true);
            reporter.start();
            judge.start();
            clients.forEach(Thread::start);
            harm();
            heal();
            reporter.interrupt();
            List<Integer> seen = endLoad();
            ChaosReport.Judgement judgement = judge(seen);
            return new ChaosReport(
                    options,
                    tally.operations(),
                    nemesis.done(),
                    tools.missing(),
                    tally.longestGap(),
                    tally.longestWriteGap(),
                    healing,
                    judgement,
                    troubles.all(),
                    kept(judgement));
        }

        private Optional<Path> kept(ChaosReport.Judgement judgement) {
            boolean isWell = troubles.isEmpty() && judgement.isWell();
            return isWell && options.keep() == null ? Optional.empty() : Optional.of(folder);
        }

        private void harm() throws IOException, InterruptedException {
            long begin = System.nanoTime();
            long nanos = options.time().toNanos();
            BooleanSupplier isBroken = () -> judge.isGuilty() || !troubles.isEmpty();
            long first = planted.isPresent() ? nanos / 2 : nanos;
            nemesis.run(() -> isBroken.getAsBoolean() || System.nanoTime() - begin > first);
            if (planted.isPresent()) {
                planted.get().begin(cluster);
                planted.get().end(cluster);
                nemesis.run(() -> isBroken.getAsBoolean() || System.nanoTime() - begin > nanos);
            }
        }

        /** Undoes all faults and waits until all servers are equal; the load goes on meanwhile. */
        private void heal() throws IOException, InterruptedException {
            long begin = System.nanoTime();
            cluster.heal();
            Members.tidy(cluster);
            boolean agreed = cluster.awaitAgreement(cluster.nodes(), HEALING_MAX);
            healing = Duration.ofNanos(System.nanoTime() - begin);
            if (!agreed) {
                troubles.add("no agreement within " + HEALING_MAX + " of the end of all faults:");
                cluster.nodes()
                        .forEach(node -> troubles.add("  " + node + " " + cluster.status(node)));
            }
        }

        private List<Integer> endLoad() throws InterruptedException {
            tally.stop();
            clients.forEach(LoadClient::finish);
            for (LoadClient client : clients) {
                client.join();
            }
            windows.end();
            return judge.finish();
        }

        private ChaosReport.Judgement judge(List<Integer> seen) throws IOException {
            progress.accept("reading everything from every node, and judging");
            FinalState state = new FinalState(cluster, this::nanos);
            state.write();
            cluster.awaitAgreement(cluster.nodes(), HEALING_MAX);
            state.compare();
            Judge.Tally found = new Judge.Tally(troubles);
            for (int window : seen) {
                Path file = judge.file(window);
                List<String> keys = Window.keys(window);
                try {
                    History<KvInput, KvOutput> history =
                            FinalRead.append(KvHistoryFile.read(file), keys, state.read(keys));
                    KvHistoryFile.write(file, history);
                    found.add(history, file);
                } catch (HistoryFormatException e) {
                    throw new IOException("what was just written cannot be read: " + e, e);
                }
            }
            return found.judgement();
        }

        private void report() {
            try {
                while (true) {
                    TimeUnit.MILLISECONDS.sleep(PROGRESS.toMillis());
                    progress.accept(line());
                }
            } catch (InterruptedException e) {
                // The load is over.
            }
        }

        private String line() {
            String leader = cluster.leader().map(ChaosNode::name).orElse("-");
            Map<String, Integer> done = nemesis.done();
            return String.format(
                    Locale.ROOT,
                    "%4d s  ok %d  fail %d  info %d  longest gap %.1f s  windows judged %d  faults"
                            + " %d  leader %s of %d  now: %s",
                    TimeUnit.NANOSECONDS.toSeconds(nanos()),
                    tally.count(Status.OK),
                    tally.count(Status.FAIL),
                    tally.count(Status.INFO),
                    tally.longestGap().toMillis() / 1000.0,
                    judge.judged(),
                    done.values().stream().mapToInt(Integer::intValue).sum(),
                    leader,
                    cluster.nodes().size(),
                    nemesis.now());
        }
    }
}
