package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.testkit.check.History;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.util.Formatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that must hold at all times. Looks at what happens, and reports what must not: it never
 * throws, since it is called from within the code that it watches.
 */
abstract class Invariant {
    private final Invariants all;
    private final String name;

    /**
     * An invariant.
     *
     * @param all who takes reports
     * @param name its number and name in the reliability rules, as in "I1 election safety"
     */
    Invariant(Invariants all, String name) {
        this.all = all;
        this.name = name;
    }

    /** What the cluster has done so far, without what is being looked at. */
    final ClusterRecord record() {
        return all.record();
    }

    final Iterable<SimNode> nodes() {
        return all.nodes();
    }

    final void check(boolean holds, String format, @Nullable Object... arguments) {
        if (!holds) {
            all.report(name + " violated: " + new Formatter(Locale.ROOT).format(format, arguments));
        }
    }

    /** It cannot be told with reasonable effort whether this holds. */
    final void unjudged() {
        all.unjudged();
    }

    /** A node has published another status than before; {@code before} is null in a new life. */
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {}

    /** A node's loop is about to change its log. */
    void beforeAppend(SimNode node, GroupImage log, DiskRecord change) {}

    /** A node's loop has changed its log. */
    void onAppend(SimNode node, GroupImage log, DiskRecord change) {}

    /** A change of a node's log has become durable. */
    void onDurable(SimNode node, GroupImage durable, DiskRecord change) {}

    /** A message leaves a node. */
    void onSend(SimNode node, InFlight message) {}

    /** A message has reached a process. */
    void onReceive(SimNode node, InFlight message) {}

    /** A node's state machine has applied a command. */
    void onApply(SimNode node, KvMachine machine, KvCommand command, KvOutput output, Applied at) {}

    /** A node's state machine has been set to the state of a snapshot. */
    void onLoad(SimNode node, KvMachine machine) {}

    /** A snapshot has become a node's latest. */
    void onSnapshot(SimNode node, SnapshotInfo snapshot) {}

    /** A node has got an empty disk. */
    void onWipe(SimNode node) {}

    /** Something has run on a node. */
    void afterEvent(SimNode node) {}

    /** A node's process has ended. */
    void onCrash(SimNode node) {}

    /** A client was told, by whichever node, that its write took effect. */
    void onAcknowledged(long command) {}

    /** A client was told that its write took no effect, and never will. */
    void onRejected(long command) {}

    /** A client was told what its write came to. */
    void onAnswered(long command, KvOutput answer) {}

    /** A client was told that its session is gone, so long after its latest acknowledged write. */
    void onExpired(long session, long idleNanos) {}

    /** All faults have ended, all clients too, and the cluster is whole: one member's state. */
    void atEnd(SimNode member, KvMachine machine) {}

    /** All that clients saw, at the end. */
    void onHistory(History<KvInput, KvOutput> history) {}
}
