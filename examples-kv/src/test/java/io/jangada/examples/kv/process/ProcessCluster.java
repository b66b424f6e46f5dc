package io.jangada.examples.kv.process;

import static io.jangada.examples.kv.Waiting.await;

import io.jangada.examples.kv.resp.Reply;
import io.jangada.examples.kv.resp.RespClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** {@code kv server} processes on free ports, three to begin with. */
final class ProcessCluster {
    static final Duration ELECTION = Duration.ofMillis(500);

    private static final Duration REPLY_TIME = Duration.ofSeconds(15);

    private final Path folder;
    private final Duration electionTimeout;
    private final List<String> options;

    /** Those that clients may turn to. */
    private final List<String> ids = new CopyOnWriteArrayList<>(List.of("n1", "n2", "n3"));

    private final Map<String, Integer> raftPorts = new TreeMap<>();

    /** Writers look here while the test changes it. */
    private final Map<String, Integer> respPorts = new ConcurrentHashMap<>();

    private final Map<String, KvProcess> processes = new HashMap<>();

    ProcessCluster(Path folder) throws IOException, InterruptedException {
        this(folder, ELECTION);
    }

    /** All nodes have these options besides. */
    ProcessCluster(Path folder, String... options) throws IOException, InterruptedException {
        this(folder, ELECTION, options);
    }

    ProcessCluster(Path folder, Duration electionTimeout, String... options)
            throws IOException, InterruptedException {
        this.folder = folder;
        this.electionTimeout = electionTimeout;
        this.options = List.of(options);
        List<Integer> free = freePorts(2 * ids.size());
        for (int i = 0; i < ids.size(); i++) {
            raftPorts.put(ids.get(i), free.get(2 * i));
            respPorts.put(ids.get(i), free.get(2 * i + 1));
        }
        startAll();
    }

    static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    List<String> ids() {
        return List.copyOf(ids);
    }

    /** Starts a node that is no member yet. */
    void join(String id) throws IOException, InterruptedException {
        List<Integer> free = freePorts(2);
        raftPorts.put(id, free.get(0));
        respPorts.put(id, free.get(1));
        processes.put(id, launch(id, "--join"));
        processes.get(id).line("READY id=" + id + " ");
        ids.add(id);
    }

    /** Kills a node that is no member any more, or never will be again. */
    void drop(String id) throws InterruptedException {
        ids.remove(id);
        if (processes.containsKey(id)) {
            kill(id);
        }
        raftPorts.remove(id);
        respPorts.remove(id);
    }

    /** Gives a node that does not run another port for the others. */
    void moveRaft(String id) throws IOException {
        raftPorts.put(id, freePorts(1).get(0));
    }

    /** A node that runs is no part of this any more. */
    void forgetAddress(String id) {
        ids.remove(id);
        raftPorts.remove(id);
        respPorts.remove(id);
    }

    /** Where a node listens for the others. */
    String raftAddress(String id) {
        return "127.0.0.1:" + raftPorts.get(id);
    }

    /** A node's data folder. */
    Path data(String id) {
        return folder.resolve(id);
    }

    /**
     * Sends an admin command to a node until it is done: what takes longer than a request is asked
     * for again, and joins what goes on.
     */
    void admin(String id, String... words) {
        String[] last = {""};
        await(
                () -> String.join(" ", words) + ": " + last[0],
                Duration.ofSeconds(60),
                () -> {
                    try (RespClient client = client(id)) {
                        last[0] = text(client.call(words));
                    } catch (IOException e) {
                        last[0] = e.toString();
                    }
                    return last[0].equals("OK");
                });
    }

    KvProcess process(String id) {
        return processes.get(id);
    }

    int respPort(String id) {
        return respPorts.get(id);
    }

    /** Starts all that do not run, and waits for a leader. */
    void startAll() throws IOException, InterruptedException {
        List<String> started = new ArrayList<>();
        for (String id : ids) {
            if (!processes.containsKey(id)) {
                processes.put(id, launch(id));
                started.add(id);
            }
        }
        for (String id : started) {
            processes.get(id).line("READY id=" + id + " ");
        }
        awaitLeader();
    }

    void kill(String id) throws InterruptedException {
        processes.remove(id).kill();
    }

    /** Lets go of a process that ended by itself. */
    void forget(String id) {
        processes.remove(id);
    }

    KvProcess launch(String id, String... more) throws IOException {
        List<String> args = new ArrayList<>();
        args.addAll(List.of("server", "--id", id, "--cluster", cluster()));
        args.addAll(List.of("--data", folder.resolve(id).toString()));
        args.addAll(List.of("--resp", "127.0.0.1:" + respPorts.get(id)));
        args.addAll(List.of("--election-timeout", electionTimeout.toMillis() + "ms"));
        args.addAll(List.of("--heartbeat", electionTimeout.toMillis() / 10 + "ms"));
        args.addAll(options);
        args.addAll(List.of(more));
        return KvProcess.start(folder.resolve(id + ".log"), args.toArray(new String[0]));
    }

    RespClient client(String id) throws IOException {
        Integer port = respPorts.get(id);
        if (port == null) {
            throw new IOException(id + " is gone");
        }
        return RespClient.connect("127.0.0.1", port, REPLY_TIME);
    }

    /** The node that says of itself that it leads, and that the others follow. */
    String awaitLeader() {
        await("a leader", Duration.ofSeconds(30), () -> leader().isPresent());
        return leader().orElseThrow();
    }

    private Optional<String> leader() {
        Map<String, Integer> votes = new HashMap<>();
        for (String id : processes.keySet()) {
            votes.merge(status(id).getOrDefault("leader", ""), 1, Integer::sum);
        }
        return votes.entrySet().stream()
                .filter(vote -> !vote.getKey().isEmpty() && vote.getValue() == processes.size())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** What a node says of itself; empty if it says nothing. */
    Map<String, String> status(String id) {
        Map<String, String> status = new HashMap<>();
        try (RespClient client = client(id)) {
            List<? extends Reply> items = ((Reply.Array) client.call("RAFT.STATUS")).items();
            for (int i = 0; i < items.size(); i += 2) {
                status.put(text(items.get(i)), text(items.get(i + 1)));
            }
        } catch (IOException e) {
            // Not there, or not yet.
        }
        return status;
    }

    private String cluster() {
        List<String> members = new ArrayList<>();
        raftPorts.forEach((id, port) -> members.add(id + "=127.0.0.1:" + port));
        return String.join(",", members);
    }

    static String text(Reply reply) {
        if (reply instanceof Reply.Bulk bulk) {
            return new String(bulk.bytes(), StandardCharsets.UTF_8);
        } else if (reply instanceof Reply.Int number) {
            return Long.toString(number.value());
        } else if (reply instanceof Reply.Simple simple) {
            return simple.text();
        } else if (reply instanceof Reply.Failure failure) {
            return failure.text();
        }
        return reply.toString();
    }

    void killAll() throws InterruptedException {
        for (KvProcess process : processes.values()) {
            process.kill();
        }
    }
}
