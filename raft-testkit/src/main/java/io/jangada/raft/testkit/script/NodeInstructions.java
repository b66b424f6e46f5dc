package io.jangada.raft.testkit.script;

import io.jangada.raft.spi.StoreException;
import io.jangada.raft.testkit.sim.SimNode;
import io.jangada.raft.testkit.sim.UnsyncedWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Processes that come and go, and their clocks. */
final class NodeInstructions {
    private final Stage stage;

    NodeInstructions(Stage stage) {
        this.stage = stage;
    }

    void addTo(Instructions all) {
        all.add("start NODE...|all", "starts processes; all are those that are down", this::start);
        all.add(
                "crash NODE... [keep=all|none|K|NUMBERS]",
                "the power fails; keep says what survives of what is not synced: all, nothing, the"
                        + " first K records of the log (keep=first:K), or the numbers that"
                        + " 'unsynced' shows (keep=1,4); else chance decides",
                this::crash);
        all.add(
                "restart NODE...",
                "the power fails and comes back",
                words -> each(words, this::restart));
        all.add(
                "stop NODE...",
                "ends processes in good order",
                words -> each(words, SimNode::stop));
        all.add("pause NODE...", "freezes processes", words -> each(words, SimNode::pause));
        all.add("resume NODE...", "ends a freeze", words -> each(words, SimNode::resume));
        all.add(
                "wipe NODE...",
                "replaces disks by empty ones",
                words -> each(words, SimNode::wipe));
        all.add(
                "node [start=no]",
                "adds a machine, whose process waits to become a member",
                this::newNode);
        all.add(
                "priority NODE N",
                "how much it is preferred as a leader, from its next start on",
                this::priority);
        all.add(
                "clock NODE rate=PERCENT | clock NODE skip=DURATION",
                "a clock that runs fast or slow (rate=+10%, rate=-100% stands still), or skips time",
                this::clock);
    }

    private void each(Words words, Consumer<SimNode> action) {
        List<SimNode> nodes = stage.nodes(words, words.rest("a node"));
        words.end();
        nodes.forEach(action);
        stage.expectNoNews();
    }

    private void start(Words words) {
        boolean all = words.take("all");
        List<SimNode> nodes =
                all ? stage.cluster(words).nodes() : stage.nodes(words, words.rest("a node"));
        words.end();
        for (SimNode node : nodes) {
            if (!all || !node.isUp()) {
                start(node);
            }
        }
        stage.expectNoNews();
    }

    private void start(SimNode node) {
        try {
            node.start();
        } catch (StoreException e) {
            stage.tell(node + " does not start: " + e.getMessage());
        }
    }

    private void restart(SimNode node) {
        node.crash();
        start(node);
    }

    private void crash(Words words) {
        String keep = words.option("keep");
        List<SimNode> nodes = stage.nodes(words, words.rest("a node"));
        words.end();
        for (SimNode node : nodes) {
            if (keep == null) {
                node.crash();
            } else {
                crashKeeping(words, node, keep);
            }
        }
        stage.expectNoNews();
    }

    private static void crashKeeping(Words words, SimNode node, String keep) {
        if (keep.startsWith("first:")) {
            int records = words.number(keep.substring("first:".length()));
            node.crashKeeping(Math.min(records, node.disk().unsyncedRecords()));
        } else {
            node.crashKeeping(survivors(words, keep));
        }
    }

    /** {@code all}, {@code none}, or numbers. */
    static Predicate<UnsyncedWrite> survivors(Words words, String keep) {
        if (keep.equals("all")) {
            return write -> true;
        } else if (keep.equals("none")) {
            return write -> false;
        }
        List<Integer> numbers = new ArrayList<>();
        for (String number : keep.split(",")) {
            numbers.add(words.number(number));
        }
        return write -> numbers.contains(write.number());
    }

    private void newNode(Words words) {
        boolean starts = words.flag("start", true);
        words.end();
        SimNode node = stage.cluster(words).addNode();
        if (starts) {
            node.start();
        }
        stage.tell(node + (starts ? " waits to be added" : " exists, and does not run"));
        stage.expectNoNews();
    }

    private void priority(Words words) {
        SimNode node = stage.node(words, words.next("a node"));
        node.priority(words.number(words.next("a number")));
        words.end();
    }

    private void clock(Words words) {
        SimNode node = stage.node(words, words.next("a node"));
        String rate = words.option("rate");
        String skip = words.option("skip");
        words.end();
        if (rate != null) {
            if (!rate.matches("[+-]?\\d+(\\.\\d+)?%")) {
                throw words.bad("a rate is a percentage as in +10%, not '" + rate + "'");
            }
            double percent = Double.parseDouble(rate.substring(0, rate.length() - 1));
            node.clockRate(Math.round(percent * 10_000));
        }
        if (skip != null) {
            node.clockJump(words.duration(skip));
        }
        if (rate == null && skip == null) {
            throw words.bad("say rate= or skip=");
        }
    }
}
