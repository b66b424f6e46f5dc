package io.jangada.examples.kv.cli;

import io.jangada.examples.kv.http.NodeView;
import io.jangada.examples.kv.resp.RespConfig;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.RaftConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/** All nodes of a demo, each with a log and ports of its own. Thread-safe. */
final class DemoCluster implements AutoCloseable {
    /** What each node starts with, also when it starts again. */
    private final Map<String, RunningNode.Settings> settings = new LinkedHashMap<>();

    private final Map<String, RunningNode> running = new ConcurrentHashMap<>();

    private DemoCluster() {}

    /**
     * Starts all nodes.
     *
     * @param members the nodes
     * @param data the folder that gets a folder for each
     * @param respPort the first node's port for clients, the others' follow; 0 for any free ones
     * @throws UsageException if a port or a folder cannot be had; then nothing runs
     */
    static DemoCluster start(
            Cluster members, Path data, int respPort, RaftConfig raft, RespConfig front) {
        DemoCluster cluster = new DemoCluster();
        for (Member member : members.members()) {
            int number = cluster.settings.size();
            String id = member.id().value();
            Address resp = new Address("127.0.0.1", respPort == 0 ? 0 : respPort + number);
            cluster.settings.put(
                    id, new RunningNode.Settings(id, members, data.resolve(id), resp, raft, front));
        }
        CompletableFuture<?>[] started =
                cluster.settings.keySet().stream()
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

    /** The names of all nodes, running or not. */
    List<String> ids() {
        return List.copyOf(settings.keySet());
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
        for (String id : settings.keySet()) {
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
