package io.jangada.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.examples.kv.http.NodeView;
import io.jangada.raft.api.GroupStatus;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.NodeId;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The shell of a demo: besides what every shell can do, it looks at nodes, stops and starts them.
 */
final class DemoShell {
    private final DemoCluster cluster;
    private final Link link;
    private String current;

    private DemoShell(DemoCluster cluster) {
        this.cluster = cluster;
        this.current = cluster.ids().get(0);
        this.link = new Link(cluster.resp(current).orElseThrow(), null);
    }

    /** Starts the shell on a thread of its own; when the user leaves it asks for the end. */
    static void start(DemoCluster cluster, StopSignal stop) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                new DemoShell(cluster).run();
                            } catch (IOException e) {
                                System.err.println("kv demo: no shell: " + e.getMessage());
                            } finally {
                                stop.ask();
                            }
                        },
                        "kv-shell");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() throws IOException {
        List<ShellCommand> commands =
                List.of(
                        new ShellCommand("nodes", "", "Shows all nodes.", words -> nodes()),
                        new ShellCommand("use", "node", "Talks to another node.", this::use),
                        new ShellCommand("stop", "node", "Stops a node.", this::stop),
                        new ShellCommand("start", "node", "Starts it again.", this::start),
                        new ShellCommand(
                                "add", "", "Starts one more node and adds it.", words -> join()),
                        new ShellCommand(
                                "remove",
                                "node",
                                "Removes a node from the cluster and stops it.",
                                this::remove));
        try (link) {
            new Shell(link, commands).run();
        }
    }

    private String nodes() {
        Table table =
                new Table().row("node", "role", "term", "leader", "commit", "applied", "clients");
        for (NodeView view : cluster.views()) {
            String id = view.id() + (view.id().equals(current) ? " *" : "");
            view.status()
                    .ifPresentOrElse(
                            status -> table.row(row(id, status, view.resp())),
                            () -> table.row(id, "stopped"));
        }
        return table.toString();
    }

    private static String[] row(String id, GroupStatus status, String resp) {
        return new String[] {
            id,
            status.role().name().toLowerCase(Locale.ROOT),
            Long.toString(status.term()),
            status.leader().map(NodeId::value).orElse("?"),
            Long.toString(status.commitIndex()),
            Long.toString(status.appliedIndex()),
            resp
        };
    }

    private String use(List<String> words) throws IOException {
        String id = node(words);
        link.moveTo(
                cluster.resp(id)
                        .orElseThrow(() -> new IOException(id + " is stopped: start " + id)));
        current = id;
        return "talking to " + id;
    }

    private String stop(List<String> words) throws IOException {
        String id = node(words);
        cluster.stop(id);
        return id + " is stopped" + moveFrom(id);
    }

    /** Goes on with a node that runs, if the shell talked to this one. Says so. */
    private String moveFrom(String id) throws IOException {
        if (!id.equals(current)) {
            return "";
        }
        link.close();
        for (String other : cluster.ids()) {
            if (cluster.resp(other).isPresent()) {
                return "; " + use(List.of(other));
            }
        }
        return "; no node runs: start one";
    }

    private String start(List<String> words) throws IOException {
        String id = node(words);
        try {
            cluster.start(id);
        } catch (UsageException e) {
            throw new IOException(e.getMessage(), e);
        }
        if (id.equals(current)) {
            link.moveTo(cluster.resp(id).orElseThrow());
        }
        return id + " runs";
    }

    private String join() throws IOException {
        Member member;
        try {
            member = cluster.join();
        } catch (UsageException e) {
            throw new IOException(e.getMessage(), e);
        }
        String id = member.id().value();
        return id + " runs; added: " + ask("RAFT.ADD", id, member.address());
    }

    private String remove(List<String> words) throws IOException {
        String id = node(words);
        String answer = ask("RAFT.REMOVE", id);
        if (!answer.equals("OK")) {
            return answer;
        }
        cluster.leave(id);
        return id + " is removed and stopped" + moveFrom(id);
    }

    private String ask(String... words) throws IOException {
        return ReplyText.pretty(
                link.call(Arrays.stream(words).map(word -> word.getBytes(UTF_8)).toList()));
    }

    private String node(List<String> words) throws IOException {
        if (words.size() != 1 || !cluster.ids().contains(words.get(0))) {
            throw new IOException("name one of " + String.join(", ", cluster.ids()));
        }
        return words.get(0);
    }
}
