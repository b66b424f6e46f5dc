package io.jangada.examples.kv.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.examples.kv.resp.Reply;
import io.jangada.examples.kv.resp.RespClient;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code kv server} processes on this machine, and the links between them. One thread changes it;
 * any thread may ask for nodes and their status.
 */
final class ChaosCluster implements Closeable {
    /** What servers are told besides who they are. */
    record Settings(
            Duration electionTimeout, Optional<Integer> snapshotEvery, boolean fakeClocks) {}

    /** A Java that starts on a machine with ten others may take a minute. */
    private static final Duration START_TIME = Duration.ofMinutes(3);

    private static final Duration STATUS_TIME = Duration.ofSeconds(3);
    private static final Duration ADMIN_TIME = Duration.ofSeconds(8);
    private static final Duration STEP = Duration.ofMillis(50);

    private final Path folder;
    private final Settings settings;
    private final Tools tools;
    private final Troubles troubles;
    private final Network network = new Network();
    private final Ports ports = new Ports();
    private final List<ChaosNode> nodes = new CopyOnWriteArrayList<>();
    private final List<String> founders;
    private int numbersGiven;
    private volatile boolean closed;

    /**
     * Prepares the first nodes; none is started.
     *
     * @param folder where data, logs and names go
     * @param count how many voters found the cluster
     * @param troubles told of servers that end by themselves
     */
    ChaosCluster(Path folder, int count, Settings settings, Tools tools, Troubles troubles)
            throws IOException {
        this.folder = folder;
        this.settings = settings;
        this.tools = tools;
        this.troubles = troubles;
        for (int i = 0; i < count; i++) {
            List<LoopDisk> disks = tools.disks();
            add(false, i < disks.size() ? disks.get(i) : null);
        }
        founders = nodes.stream().map(ChaosNode::member).toList();
    }

    private ChaosNode add(boolean joins, @Nullable LoopDisk disk) throws IOException {
        int number = ++numbersGiven;
        if (number > HostNames.NODES_MAX) {
            throw new IOException("there were " + HostNames.NODES_MAX + " nodes already");
        }
        ChaosNode node = new ChaosNode(number, folder, ports.next(), ports.next(), joins, disk);
        HostNames.write(hosts(node), number);
        Files.writeString(clock(node), "+0\n");
        network.add(number, node.raftPort());
        nodes.add(node);
        return node;
    }

    private Path hosts(ChaosNode node) {
        return folder.resolve(node + ".hosts");
    }

    private Path clock(ChaosNode node) {
        return folder.resolve(node + ".clock");
    }

    /** All nodes that belong to it or are about to. */
    List<ChaosNode> nodes() {
        return List.copyOf(nodes);
    }

    /** How many voters there were at first. */
    int foundersCount() {
        return founders.size();
    }

    List<ChaosNode> running() {
        return nodes.stream().filter(ChaosNode::isRunning).toList();
    }

    Network network() {
        return network;
    }

    Troubles troubles() {
        return troubles;
    }

    Duration electionTimeout() {
        return settings.electionTimeout();
    }

    /** Whether nodes have clocks that {@link #setWallClock} moves. */
    boolean hasFakeClocks() {
        return settings.fakeClocks();
    }

    /** Makes a node of a new name with an empty folder, which waits to be added. */
    ChaosNode join() throws IOException, InterruptedException {
        ChaosNode node = add(true, null);
        start(node);
        return node;
    }

    /** Starts all that do not run; those that end at once are troubles. */
    void startAll() throws IOException, InterruptedException {
        List<ChaosNode> down = nodes.stream().filter(node -> !node.isRunning()).toList();
        for (ChaosNode node : down) {
            launch(node);
        }
        for (ChaosNode node : down) {
            if (!awaitReady(node) && !node.isDamaged()) {
                troubles.add(node + " did not start; its log ends with: " + lastLine(node));
            }
        }
    }

    /**
     * Starts a node.
     *
     * @return whether it serves
     */
    boolean start(ChaosNode node) throws IOException, InterruptedException {
        launch(node);
        return awaitReady(node);
    }

    /** Starts a node that may end at once for a good reason; does not wait. */
    void startExpectingRefusal(ChaosNode node) throws IOException {
        launch(node);
        ServerProcess process = node.process();
        if (process != null) {
            process.mayEnd();
        }
    }

    /** Starts nothing that was dropped meanwhile, and nothing once all of it is closed. */
    private synchronized void launch(ChaosNode node) throws IOException {
        if (closed || !nodes.contains(node)) {
            throw new IOException(node + " does not belong to the cluster any more");
        }
        if (node.isRunning()) {
            return;
        }
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("server", "--id", node.name(), "--cluster", cluster(node)));
        arguments.addAll(List.of("--data", node.data().toString()));
        arguments.addAll(List.of("--resp", "127.0.0.1:" + node.respPort()));
        long millis = settings.electionTimeout().toMillis();
        arguments.addAll(List.of("--election-timeout", millis + "ms"));
        arguments.addAll(List.of("--heartbeat", millis / 10 + "ms"));
        arguments.addAll(List.of("--request-timeout", "3s"));
        settings.snapshotEvery()
                .ifPresent(every -> arguments.addAll(List.of("--snapshot-every", every + "")));
        if (node.joins()) {
            arguments.add("--join");
        }
        Map<String, String> environment =
                settings.fakeClocks() ? tools.environment(node.clockRate(), clock(node)) : Map.of();
        ServerProcess process =
                ServerProcess.start(node.log(), hosts(node), environment, arguments);
        node.process(process);
        process.onEnd(() -> ended(node, process));
    }

    private String cluster(ChaosNode node) {
        return node.joins()
                ? nodes.stream().map(ChaosNode::member).collect(Collectors.joining(","))
                : String.join(",", founders);
    }

    private static boolean awaitReady(ChaosNode node) throws InterruptedException {
        ServerProcess process = node.process();
        return process != null && process.awaitReady(START_TIME);
    }

    private void ended(ChaosNode node, ServerProcess process) {
        if (settings.fakeClocks()) {
            Tools.forget(process.pid());
        }
        if (!closed && !process.isEnding() && !node.isDamaged()) {
            troubles.add(node + " ended by itself; its log ends with: " + lastLine(node));
        }
    }

    /** The last line that a node logged, for messages. */
    String lastLine(ChaosNode node) {
        try {
            List<String> lines = Files.readAllLines(node.log(), UTF_8);
            return lines.isEmpty() ? "(nothing)" : lines.get(lines.size() - 1);
        } catch (IOException e) {
            return "(" + e.getMessage() + ")";
        }
    }

    /** {@code kill -9}; returns when it is gone. */
    void kill(ChaosNode node) {
        ServerProcess process = node.process();
        if (process != null) {
            process.kill();
            node.process(null);
        }
    }

    /** SIGTERM; empty if it is still there after the time given, and then it is killed. */
    OptionalInt stop(ChaosNode node, Duration time) throws IOException, InterruptedException {
        ServerProcess process = node.process();
        if (process == null) {
            return OptionalInt.empty();
        }
        resume(node);
        process.signal("TERM");
        OptionalInt code = process.exitCode(time);
        kill(node);
        return code;
    }

    void pause(ChaosNode node) throws IOException, InterruptedException {
        ServerProcess process = node.process();
        if (process != null) {
            process.signal("STOP");
            node.paused(true);
        }
    }

    void resume(ChaosNode node) throws IOException, InterruptedException {
        ServerProcess process = node.process();
        if (process != null && node.isPaused()) {
            process.signal("CONT");
            node.paused(false);
        }
    }

    /** Moves the wall clock of a node, running or not. */
    void setWallClock(ChaosNode node, long offsetSeconds) throws IOException {
        // In one step, since the node may read at any time.
        Path next = folder.resolve(node + ".clock.next");
        Files.writeString(next, (offsetSeconds < 0 ? "" : "+") + offsetSeconds + "\n");
        Files.move(next, clock(node), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Kills a node that is no member any more, and deletes all that it had. */
    void drop(ChaosNode node) throws IOException {
        synchronized (this) {
            nodes.remove(node);
            kill(node);
        }
        network.remove(node.number());
        delete(node.data());
    }

    /** Undoes what lasts: cuts, pauses, clocks, full disks; starts what does not run. */
    void heal() throws IOException, InterruptedException {
        network.heal();
        for (ChaosNode node : nodes) {
            resume(node);
            setWallClock(node, 0);
            LoopDisk disk = node.disk();
            if (disk != null) {
                disk.free();
            }
        }
        startAll();
    }

    /** A connection to a node, whose replies may take that long. */
    RespClient connect(ChaosNode node, Duration time) throws IOException {
        return RespClient.connect("127.0.0.1", node.respPort(), time);
    }

    /** What a node says of itself; empty if it says nothing. */
    Map<String, String> status(ChaosNode node) {
        if (!node.isRunning() || node.isPaused()) {
            return Map.of();
        }
        Map<String, String> status = new HashMap<>();
        try (RespClient client = connect(node, STATUS_TIME)) {
            if (client.call("RAFT.STATUS") instanceof Reply.Array fields) {
                for (int i = 0; i + 1 < fields.items().size(); i += 2) {
                    status.put(
                            Requests.text(fields.items().get(i)),
                            Requests.text(fields.items().get(i + 1)));
                }
            }
        } catch (IOException e) {
            // Not there, or not yet.
        }
        return status;
    }

    /** The node that says that it leads, of several that of the highest term. */
    Optional<ChaosNode> leader() {
        record Claim(ChaosNode node, long term) {}
        return nodes.stream()
                .map(node -> Map.entry(node, status(node)))
                .filter(entry -> "leader".equals(entry.getValue().get("role")))
                .map(e -> new Claim(e.getKey(), number(e.getValue(), "term")))
                .max(Comparator.comparingLong(Claim::term))
                .map(Claim::node);
    }

    /** Waits for a leader that all of these nodes follow, and that they have all entries of. */
    boolean awaitAgreement(List<ChaosNode> whom, Duration time) {
        return await(time, () -> agreed(whom));
    }

    /** All follow the same leader in the same term and have applied what it had when asked. */
    private boolean agreed(List<ChaosNode> whom) {
        Map<ChaosNode, Map<String, String>> before = new HashMap<>();
        whom.forEach(node -> before.put(node, status(node)));
        Set<String> leaders = new HashSet<>();
        Set<String> terms = new HashSet<>();
        long last = 0;
        for (Map<String, String> status : before.values()) {
            leaders.add(status.getOrDefault("leader", ""));
            terms.add(status.getOrDefault("term", ""));
            last = Math.max(last, number(status, "last"));
        }
        if (leaders.size() != 1 || leaders.contains("") || terms.size() != 1) {
            return false;
        }
        long goal = last;
        return whom.stream().map(this::status).allMatch(s -> number(s, "applied") >= goal);
    }

    static long number(Map<String, String> status, String field) {
        String text = status.getOrDefault(field, "");
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    /** Waits until something is so; false if it does not come to that. */
    static boolean await(Duration time, BooleanSupplier condition) {
        long deadline = System.nanoTime() + time.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
        return true;
    }

    /**
     * Asks for a change until it is done: what takes longer than a request goes on, and is joined
     * by the same request again.
     *
     * @return the last answer, {@code OK} if it is done
     */
    String admin(ChaosNode node, Duration time, String... words) {
        String[] last = {"nothing asked"};
        await(
                time,
                () -> {
                    try (RespClient client = connect(node, ADMIN_TIME)) {
                        last[0] = Requests.text(client.call(words));
                    } catch (IOException e) {
                        last[0] = String.valueOf(e.getMessage());
                    }
                    return last[0].equals("OK") || last[0].startsWith("ERR ");
                });
        return last[0];
    }

    /** Kills all and forgets the links. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            nodes.forEach(this::kill);
        }
        network.close();
    }

    /** Deletes a folder and all that is in it, if it is there. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
