package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.testkit.check.History;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * All invariants, and the first violation that any of them has found. They watch {@link
 * SimCluster#GROUP}; other groups on the same hosts are their story's own business.
 */
final class Invariants {
    private final List<Invariant> all = new ArrayList<>();
    private final List<SimNode> nodes = new ArrayList<>();
    private final ClusterRecord record = new ClusterRecord();
    private final DurableEntries durableEntries = new DurableEntries(record);
    private final LeaseSafety leaseSafety = new LeaseSafety(this);
    private BiConsumer<KvCommand, KvOutput> applied = (command, output) -> {};
    private @Nullable String violation;
    private boolean judged = true;

    Invariants() {
        all.add(new ElectionSafety(this));
        all.add(new LeaderAppendOnly(this));
        all.add(new LogMatching(this));
        all.add(new LeaderCompleteness(this));
        all.add(new StateMachineSafety(this));
        all.add(new SnapshotsAreTrue(this));
        all.add(new CommittedIsImmutable(this));
        all.add(new CommittedIsDurable(this));
        all.add(new CurrentTermCommit(this));
        all.add(new TermAndVote(this));
        all.add(new IndexesNeverFall(this));
        all.add(new IndexOrder(this));
        all.add(new FactsAreDurable(this));
        all.add(new RebuildingIsSilent(this));
        all.add(new ProgressIsTrue(this));
        all.add(new MembershipSteps(this));
        all.add(leaseSafety);
        all.add(new ExactlyOnce(this));
        all.add(new AckedWritesSurvive(this));
        all.add(new NoPhantoms(this));
        all.add(new HistoryIsLinearizable(this));
        all.add(new TermsBeginWithCandidates(this));
        all.add(new LeadersHearQuorums(this));
        all.add(new RestIsAgreed(this));
        all.add(new ClusterTimeNeverFalls(this));
        all.add(new UsedSessionsLast(this));
        all.add(new FailedStoresStop(this));
        all.add(new NoFault(this));
    }

    void add(SimNode node) {
        nodes.add(node);
    }

    ClusterRecord record() {
        return record;
    }

    DurableEntries durableEntries() {
        return durableEntries;
    }

    LeaseSafety leaseSafety() {
        return leaseSafety;
    }

    List<SimNode> nodes() {
        return nodes;
    }

    /** Keeps the first report; what follows from it says less. */
    void report(String text) {
        if (violation == null) {
            violation = text;
        }
    }

    @Nullable String violation() {
        return violation;
    }

    void unjudged() {
        judged = false;
    }

    /** Whether nothing was too hard to judge. */
    boolean isJudged() {
        return judged;
    }

    /** Looks at every node where something ran. */
    void afterEvent() {
        for (SimNode node : nodes) {
            if (node.takeTouched()) {
                look(node);
            }
        }
    }

    private void look(SimNode node) {
        CoreStatus now = node.status();
        if (now == null) {
            return;
        }
        CoreStatus before = node.checkedStatus();
        // A stopped group may have published a write that its disk then refused; it shows nobody.
        if (!now.equals(before) && !node.isStopped()) {
            for (Invariant each : all) {
                each.onStatus(node, before, now);
            }
            record.add(node, now);
            node.checked(now);
        }
        for (Invariant each : all) {
            each.afterEvent(node);
        }
    }

    private static boolean isWatched(GroupId group) {
        return group.equals(SimCluster.GROUP);
    }

    void beforeAppend(SimNode node, GroupImage log, DiskRecord change) {
        if (!isWatched(change.group())) {
            return;
        }
        for (Invariant each : all) {
            each.beforeAppend(node, log, change);
        }
    }

    void onAppend(SimNode node, GroupImage log, DiskRecord change) {
        if (!isWatched(change.group())) {
            return;
        }
        for (Invariant each : all) {
            each.onAppend(node, log, change);
        }
    }

    void beforeDurable(SimNode node, GroupImage durable, DiskRecord change) {
        if (!isWatched(change.group())) {
            return;
        }
        if (change instanceof DiskRecord.Truncation truncation) {
            durableEntries.beforeTruncation(node, durable, truncation.from());
        } else if (change instanceof DiskRecord.Reset) {
            durableEntries.beforeTruncation(node, durable, durable.firstIndex());
        }
    }

    /** A disk is about to lose its log. */
    void beforeRebuild(SimNode node, GroupImage durable) {
        durableEntries.beforeLoss(node, durable);
    }

    void onDurable(SimNode node, GroupImage durable, DiskRecord change) {
        if (!isWatched(change.group())) {
            return;
        }
        for (Invariant each : all) {
            each.onDurable(node, durable, change);
        }
    }

    void onSend(SimNode node, InFlight message) {
        if (!isWatched(message.group())) {
            return;
        }
        for (Invariant each : all) {
            each.onSend(node, message);
        }
        if (message.message().isFromLeader()) {
            record.leads(node, message.message().term());
        }
    }

    void onReceive(SimNode node, InFlight message) {
        if (!isWatched(message.group())) {
            return;
        }
        for (Invariant each : all) {
            each.onReceive(node, message);
        }
    }

    void onApply(SimNode node, KvMachine machine, KvCommand command, KvOutput output, Applied at) {
        for (Invariant each : all) {
            each.onApply(node, machine, command, output, at);
        }
        applied.accept(command, output);
    }

    void onLoad(SimNode node, KvMachine machine) {
        for (Invariant each : all) {
            each.onLoad(node, machine);
        }
    }

    void onSnapshot(SimNode node, SnapshotInfo snapshot) {
        for (Invariant each : all) {
            each.onSnapshot(node, snapshot);
        }
    }

    void onWipe(SimNode node) {
        for (Invariant each : all) {
            each.onWipe(node);
        }
    }

    /** Tells somebody of every apply on every node. */
    void whenApplied(BiConsumer<KvCommand, KvOutput> listener) {
        applied = listener;
    }

    void onCrash(SimNode node) {
        for (Invariant each : all) {
            each.onCrash(node);
        }
    }

    void onAcknowledged(long command) {
        for (Invariant each : all) {
            each.onAcknowledged(command);
        }
    }

    void onRejected(long command) {
        for (Invariant each : all) {
            each.onRejected(command);
        }
    }

    void onAnswered(long command, KvOutput answer) {
        for (Invariant each : all) {
            each.onAnswered(command, answer);
        }
    }

    void onExpired(long session, long idleNanos) {
        for (Invariant each : all) {
            each.onExpired(session, idleNanos);
        }
    }

    /** The end of a run: what members hold, and what clients saw. */
    void atEnd(List<SimNode> members, History<KvInput, KvOutput> history) {
        for (Invariant each : all) {
            members.forEach(node -> each.atEnd(node, node.machine().orElseThrow()));
            each.onHistory(history);
        }
    }
}
