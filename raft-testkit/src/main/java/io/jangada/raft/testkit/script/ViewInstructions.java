package io.jangada.raft.testkit.script;

import io.jangada.raft.api.GroupStatus;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.testkit.sim.KvMachine;
import io.jangada.raft.testkit.sim.SimCluster;
import io.jangada.raft.testkit.sim.SimNode;
import io.jangada.raft.testkit.sim.TraceEvent;
import io.jangada.raft.testkit.sim.UnsyncedWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a script shows. */
final class ViewInstructions {
    private static final List<String> COLUMNS =
            List.of(
                    "node",
                    "role",
                    "term",
                    "leader",
                    "log",
                    "commit",
                    "applied",
                    "snapshot",
                    "members");

    private final Stage stage;
    private @Nullable Consumer<TraceEvent> trace;

    ViewInstructions(Stage stage) {
        this.stage = stage;
    }

    void addTo(Instructions all) {
        all.add("status [NODE...]", "a table of nodes", this::status);
        all.add("log NODE [from=INDEX]", "the entries of a log", this::log);
        all.add("value KEY", "what a key is on each node", this::value);
        all.add("unsynced NODE", "what a power failure could take, by numbers", this::unsynced);
        all.add("trace on|off", "shows every event from now on, but for heartbeats", this::trace);
        all.add("time", "how much time has passed", this::time);
    }

    private void status(Words words) {
        List<SimNode> nodes =
                words.hasNext()
                        ? stage.nodes(words, words.rest("a node"))
                        : stage.cluster(words).nodes();
        words.end();
        List<List<String>> rows = new ArrayList<>();
        rows.add(COLUMNS);
        nodes.forEach(node -> rows.add(row(node)));
        table(rows).forEach(stage::tell);
    }

    private static List<String> row(SimNode node) {
        if (!node.isUp()) {
            return List.of("" + node, "down", "" + node.term(), "", range(node), "", "", "", "");
        }
        GroupStatus status = node.group().status();
        String role =
                node.isPaused()
                        ? "paused"
                        : node.isStopped()
                                ? "stopped"
                                : node.role().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return List.of(
                "" + node,
                role,
                "" + node.term(),
                status.leader().map(NodeId::value).orElse(""),
                range(node),
                "" + node.commitIndex(),
                "" + node.appliedIndex(),
                node.snapshotIndex() == 0 ? "" : "" + node.snapshotIndex(),
                members(node.membership()));
    }

    private static String range(SimNode node) {
        List<LogEntry> entries = node.entries();
        return entries.isEmpty()
                ? "empty"
                : entries.get(0).index() + ".." + entries.get(entries.size() - 1).index();
    }

    /** Voters, old voters behind a slash, learners behind a plus. */
    static String members(Membership membership) {
        return names(membership.voters())
                + (membership.isJoint() ? " / " + names(membership.outgoing()) : "")
                + (membership.learners().isEmpty() ? "" : " + " + names(membership.learners()));
    }

    private static String names(Map<NodeId, ?> nodes) {
        return String.join(",", nodes.keySet().stream().map(NodeId::value).toList());
    }

    private static List<String> table(List<List<String>> rows) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private void log(Words words) {
        SimNode node = stage.node(words, words.next("a node"));
        int from = words.number(words.option("from", "1"));
        words.end();
        List<LogEntry> entries = node.entries();
        for (LogEntry entry : entries) {
            if (entry.index() >= from) {
                stage.tell(
                        entry.index()
                                + "@"
                                + entry.term()
                                + " "
                                + SimCluster.words(entry)
                                + (entry.index() > node.commitIndex() && node.isUp()
                                        ? " (not known to be committed)"
                                        : ""));
            }
        }
        if (entries.isEmpty()) {
            stage.tell("empty");
        }
    }

    private void value(Words words) {
        String key = words.next("a key");
        words.end();
        for (SimNode node : stage.cluster(words).nodes()) {
            KvMachine machine = node.machine().orElse(null);
            String value = machine == null ? null : machine.get(key);
            stage.tell(
                    node
                            + ": "
                            + (machine == null
                                    ? "down"
                                    : value == null ? "absent" : '"' + value + '"'));
        }
    }

    private void unsynced(Words words) {
        SimNode node = stage.node(words, words.next("a node"));
        words.end();
        List<UnsyncedWrite> writes = node.disk().unsynced();
        writes.forEach(write -> stage.tell("" + write));
        if (writes.isEmpty()) {
            stage.tell("nothing");
        }
    }

    private void trace(Words words) {
        SimCluster cluster = stage.cluster(words);
        String how = words.next("on or off");
        words.end();
        if (!how.equals("on") && !how.equals("off")) {
            throw words.bad("a trace is on or off, not '" + how + "'");
        }
        Consumer<TraceEvent> before = trace;
        if (before != null) {
            cluster.simulation().traceNoMore(before);
            trace = null;
        }
        if (how.equals("on")) {
            Consumer<TraceEvent> reader = this::tell;
            trace = reader;
            cluster.simulation().traceTo(reader);
        }
    }

    private void tell(TraceEvent event) {
        String line = event.line();
        if (!line.contains(" Heartbeat")) {
            stage.tell(line.replaceAll("#\\d+ ", "")); // Which message of all it is says little.
        }
    }

    private void time(Words words) {
        words.end();
        long nanos = stage.cluster(words).simulation().nowNanos();
        stage.tell(nanos / 1_000_000 + " ms");
    }
}
