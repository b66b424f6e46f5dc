package io.jangada.examples.kv.cli;

import io.jangada.examples.kv.http.NodeView;
import io.jangada.examples.kv.resp.RespConfig;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** All nodes of a demo, each with a log and ports of its own. Thread-safe. */
final class DemoCluster implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    /** Where a demo's folder keeps which nodes it has, so that it can go on with them later. */
    private static final String CLUSTER_FILE = "cluster";

    /**
     * What all nodes have in common.
     *
     * @param data the folder that gets a folder for each
     * @param respPort the first node's port for clients, the others' follow; 0 for any free ones
     * @param raft settings of the library
     * @param front settings of the front end
     * @param snapshotRate bytes of snapshots that each sends per second
     * @param store which of the durable stores
     * @param restoreFrom the backup that the cluster begins with, or null
     */
    record Common(
            Path data,
            int respPort,
            RaftConfig raft,
            RespConfig front,
            long snapshotRate,
            String store,
            @Nullable Path restoreFrom) {}

    private final Common common;

    /** The names in the order in which they are shown. */
    private final List<String> ids = new CopyOnWriteArrayList<>();

    /** What each node starts with, also when it starts again. */
    private final Map<String, RunningNode.Settings> settings = new ConcurrentHashMap<>();

    private final Map<String, RunningNode> running = new ConcurrentHashMap<>();

    private DemoCluster(Common common) {
        this.common = common;
    }

    /**
     * Starts all nodes.
     *
     * @param members the nodes
     * @param common what they have in common
     * @throws UsageException if a port or a folder cannot be had; then nothing runs
     */
    static DemoCluster start(Cluster members, Common common) {
        DemoCluster cluster = new DemoCluster(common);
        for (Member member : members.members()) {
            cluster.describe(member, members, false, cluster.ids.size());
        }
        CompletableFuture<?>[] started =
                cluster.ids.stream()
                        .map(id -> CompletableFuture.runAsync(() -> cluster.start(id)))
                        .toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(started).join();
        } catch (CompletionException e) {
            cluster.close();
            throw e.getCause() instanceof UsageException usage ? usage : e;
        }
        return cluster;
    }

    /** The nodes of the demo that a folder holds, if it holds one. */
    static Optional<Cluster> kept(Path folder) throws IOException {
        Path file = folder.resolve(CLUSTER_FILE);
        return Files.exists(file)
                ? Optional.of(Cluster.parse(Files.readString(file).strip()))
                : Optional.empty();
    }

    /** Gives each node a port, and keeps them: they stand in the nodes' logs from now on. */
    static Cluster create(Path folder, int nodes) throws IOException {
        List<Integer> ports = freePorts(nodes);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            members.add(new Member(NodeId.of("n" + (i + 1)), HOST + ":" + ports.get(i)));
        }
        Cluster cluster = new Cluster(members);
        Files.createDirectories(folder);
        keep(folder, cluster);
        return cluster;
    }

    /** The names of all nodes, running or not. */
    List<String> ids() {
        return List.copyOf(ids);
    }

    /**
     * Starts one more node, which waits to be added to the cluster.
     *
     * @throws UsageException if it cannot be started
     */
    synchronized Member join() throws IOException {
        int number = 1;
        // A name is never used again: the cluster remembers whose disk it was.
        while (settings.containsKey("n" + number)
                || Files.exists(common.data.resolve("n" + number))) {
            number++;
        }
        Member member = new Member(NodeId.of("n" + number), HOST + ":" + freePorts(1).get(0));
        String id = member.id().value();
        List<Member> all = new ArrayList<>(members());
        all.add(member);
        describe(member, new Cluster(all), true, number - 1);
        try {
            start(id);
        } catch (RuntimeException e) {
            forget(id);
            throw e;
        }
        keep(common.data, new Cluster(all));
        return member;
    }

    /** Stops a node that is no member any more, for good. Its folder stays. */
    synchronized void leave(String id) throws IOException {
        stop(id);
        forget(id);
        keep(common.data, new Cluster(members()));
    }

    private void forget(String id) {
        ids.remove(id);
        settings.remove(id);
    }

    private List<Member> members() {
        return ids.stream()
                .map(id -> Objects.requireNonNull(settings.get(id)))
                .map(node -> new Member(NodeId.of(node.id()), node.raftAddress().toString()))
                .toList();
    }

    private void describe(Member member, Cluster members, boolean join, int number) {
        String id = member.id().value();
        int port = common.respPort == 0 ? 0 : common.respPort + number;
        settings.put(
                id,
                new RunningNode.Settings(
                        id,
                        members,
                        common.data.resolve(id),
                        new Address(HOST, port),
                        common.raft,
                        common.front,
                        join,
                        0,
                        common.snapshotRate,
                        common.store,
                        join ? null : common.restoreFrom));
        ids.add(id);
    }

    private static void keep(Path folder, Cluster cluster) throws IOException {
        Files.writeString(folder.resolve(CLUSTER_FILE), cluster + "\n");
    }

    /** All at once, so that no port is handed out twice. */
    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> probes = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                probes.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return probes.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket probe : probes) {
                probe.close();
            }
        }
    }

    /** Starts a node that does not run. */
    void start(String id) {
        running.computeIfAbsent(
                id, name -> RunningNode.start(Objects.requireNonNull(settings.get(name))));
    }

    /** Stops a node that runs. */
    void stop(String id) {
        RunningNode node = running.remove(id);
        if (node != null) {
            node.close();
        }
    }

    /** Where clients connect to a node that runs. */
    Optional<Address> resp(String id) {
        return Optional.ofNullable(running.get(id)).map(RunningNode::resp);
    }

    /** What each node knows, in the order of the nodes. */
    List<NodeView> views() {
        List<NodeView> views = new ArrayList<>();
        for (String id : ids) {
            RunningNode node = running.get(id);
            views.add(node == null ? new NodeView(id, "", Optional.empty()) : node.view());
        }
        return views;
    }

    /** Stops all nodes at once: one by one, each would look for a successor in vain. */
    @Override
    public void close() {
        CompletableFuture<?>[] closed =
                running.values().stream()
                        .map(node -> CompletableFuture.runAsync(node::close))
                        .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(closed).join();
        running.clear();
    }
}
