package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.MS;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
import io.jangada.raft.impl.core.Message.InstallStatus;
import io.jangada.raft.impl.core.Message.RequestVote;
import io.jangada.raft.impl.core.Message.RequestVoteResponse;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The promises of a group, checked on its nodes after every step, on states and on changes of
 * state: election safety, leader append-only, log matching, leader completeness and state machine
 * safety (paper Figure 3), and what the rules of persistence, reads and leases add.
 */
final class Invariants {
    /** What makes an entry the same, and the term before it: by induction the whole prefix. */
    private record Place(LogEntry entry, long termBefore) {}

    private record Key(long index, long term) {}

    private record Seen(
            long term,
            HardState durable,
            long commit,
            long applied,
            Membership membership,
            int life) {}

    private record Lead(long term, long lastIndex, LogEntry last, int life) {}

    private final Map<Long, NodeId> leaders = new HashMap<>();
    private final Map<Key, Place> places = new HashMap<>();
    private final List<LogEntry> committed = new ArrayList<>();
    private final Map<NodeId, Seen> seen = new HashMap<>();
    private final Map<NodeId, Lead> leads = new HashMap<>();

    /** What nodes had durably that have lost it since, and are not rebuilt yet. */
    private final Map<NodeId, FakeLog> lost = new HashMap<>();

    private long highestCommittingTerm;

    /** The highest index that anybody has reported committed. */
    long committedIndex() {
        return committed.size();
    }

    /** The configuration in force at a committed index, and where it stands. */
    SnapshotMeta meta(long index, long term) {
        LogEntry entry = membershipAt(index);
        Membership membership = Membership.parse(new String(entry.payload(), UTF_8));
        return new SnapshotMeta(index, term, 0, entry.index(), membership);
    }

    private LogEntry membershipAt(long index) {
        for (long at = index; ; at--) {
            LogEntry entry = committed.get((int) at - 1);
            if (entry.type() == EntryType.MEMBERSHIP) {
                return entry;
            }
        }
    }

    /** A snapshot as it must be of everything committed up to an index. */
    SnapshotInfo snapshot(long index) {
        List<LogEntry> held = committed.subList(0, (int) index);
        long term = held.get(held.size() - 1).term();
        return new SnapshotInfo(meta(index, term), 10 * index, "%064x".formatted(held.hashCode()));
    }

    /** A node's log is gone; its hard state is not. */
    void onLost(TestNode node) {
        lost.put(node.id, node.log);
    }

    void onRebuilt(TestNode node) {
        lost.remove(node.id);
    }

    /** A snapshot is loaded into the state machine. */
    void onLoad(TestNode node, SnapshotInfo info) {
        require(
                info.meta().index() <= committed.size()
                        && info.equals(snapshot(info.meta().index())),
                "I5",
                () -> node.id + " loads " + info);
    }

    void check(TestNode node, Map<NodeId, TestNode> nodes, int life) {
        CoreStatus status = node.core.status();
        checkCommitted(node, status, nodes);
        checkTermsAndIndexes(node, status, life);
        if (status.role() == Role.LEADER) {
            checkLeader(node, status, life);
        } else {
            leads.remove(node.id);
        }
        checkProgress(node, nodes);
        require(
                status.leaseEndNanos() <= node.nowNanos()
                        || status.currentTerm() >= highestCommittingTerm,
                "I15",
                () -> node.id + " has a lease in an old term until " + status.leaseEndNanos() / MS);
    }

    private void checkTermsAndIndexes(TestNode node, CoreStatus status, int life) {
        HardState durable = node.log.durableHardState();
        Seen before = seen.get(node.id);
        if (before != null) {
            HardState was = before.durable();
            require(durable.currentTerm() >= was.currentTerm(), "I9", () -> node.id + " term fell");
            require(
                    durable.currentTerm() > was.currentTerm()
                            || was.votedFor() == null
                            || was.votedFor().equals(durable.votedFor()),
                    "I9",
                    () -> node.id + " changed its vote: " + was + ", " + durable);
            if (before.life() == life) {
                require(status.currentTerm() >= before.term(), "I9", () -> node.id + " term fell");
                require(
                        status.commitIndex() >= before.commit(),
                        "I10",
                        () -> node.id + " commit fell");
                require(
                        status.lastApplied() >= before.applied(),
                        "I10",
                        () -> node.id + " applied fell");
            }
        }
        require(
                status.firstIndex() - 1 <= status.commitIndex()
                        && status.lastApplied() <= status.commitIndex()
                        && status.commitIndex() <= status.lastIndex(),
                "I11",
                () -> node.id + " " + status);
        seen.put(
                node.id,
                new Seen(
                        status.currentTerm(),
                        durable,
                        status.commitIndex(),
                        status.lastApplied(),
                        status.membership(),
                        life));
    }

    private void checkLeader(TestNode node, CoreStatus status, int life) {
        NodeId first = leaders.putIfAbsent(status.currentTerm(), node.id);
        require(
                first == null || first.equals(node.id),
                "I1",
                () -> first + " and " + node.id + " lead term " + status.currentTerm());
        require(
                node.log.durableHardState().currentTerm() >= status.currentTerm(),
                "Z2",
                () -> node.id + " leads by a vote that is not durable");
        Lead before = leads.get(node.id);
        boolean same =
                before != null && before.term() == status.currentTerm() && before.life() == life;
        long last = node.log.lastIndex(); // What is not written yet is seen when it is.
        if (same) {
            require(
                    last >= before.lastIndex()
                            && (before.lastIndex() < node.log.firstIndex()
                                    || node.log.entry(before.lastIndex()).equals(before.last())),
                    "I2",
                    () -> node.id + " changed its log while leading");
        } else {
            for (LogEntry entry : committed) {
                require(
                        entry.index() < node.log.firstIndex()
                                || (entry.index() <= last
                                        && node.log.entry(entry.index()).equals(entry)),
                        "I4",
                        () -> node.id + " leads without " + entry);
            }
        }
        int uncommitted = 0;
        for (long index = Math.max(node.log.firstIndex(), committed.size() + 1L);
                index <= last;
                index++) {
            uncommitted += node.log.entry(index).type() == EntryType.MEMBERSHIP ? 1 : 0;
        }
        require(uncommitted <= 1, "I14", () -> node.id + " has several new configurations");
        LogEntry newest = last < node.log.firstIndex() ? null : node.log.entry(last);
        leads.put(node.id, new Lead(status.currentTerm(), last, newest, life));
    }

    private void checkCommitted(TestNode node, CoreStatus status, Map<NodeId, TestNode> nodes) {
        long visible = Math.min(status.commitIndex(), node.log.lastIndex());
        for (long index = committed.size() + 1L; index <= visible; index++) {
            // News: only who leads the term of the newest one can be the first to say so. It may
            // have stepped down since.
            LogEntry entry = node.log.entry(index);
            LogEntry newest = node.log.entry(visible);
            require(
                    node.id.equals(leaders.get(newest.term())),
                    "I8",
                    () -> node.id + " is the first to commit " + newest);
            Membership before = seen.get(node.id).membership();
            require(
                    isOnQuorum(entry, status.membership(), nodes)
                            || isOnQuorum(entry, before, nodes),
                    "I7",
                    () -> entry + " is committed and not durable on a quorum");
            committed.add(entry);
            highestCommittingTerm = Math.max(highestCommittingTerm, newest.term());
        }
        // The newest few suffice: earlier ones were compared when they were new here.
        for (long index = Math.max(node.log.firstIndex(), visible - 3); index <= visible; index++) {
            LogEntry entry = node.log.entry(index);
            LogEntry was = committed.get((int) index - 1);
            require(
                    entry.equals(was),
                    "I6",
                    () -> node.id + " has " + entry + ", committed was " + was);
        }
    }

    private boolean isOnQuorum(LogEntry entry, Membership membership, Map<NodeId, TestNode> nodes) {
        return isOnMajority(entry, membership.voters().keySet(), nodes)
                && (!membership.isJoint()
                        || isOnMajority(entry, membership.outgoing().keySet(), nodes));
    }

    /** Z33: a leader that does not know of a loss yet may count what is lost. */
    private boolean isOnMajority(LogEntry entry, Set<NodeId> voters, Map<NodeId, TestNode> nodes) {
        long having =
                voters.stream()
                        .filter(
                                voter ->
                                        hasDurably(nodes.get(voter), entry)
                                                || (lost.containsKey(voter)
                                                        && lost.get(voter).hasDurably(entry)))
                        .count();
        return 2 * having > voters.size();
    }

    private void checkProgress(TestNode leader, Map<NodeId, TestNode> nodes) {
        leader.core
                .progress()
                .forEach(
                        (id, progress) -> {
                            require(
                                    progress.matchIndex() < progress.nextIndex(),
                                    "I13",
                                    () -> id + " " + progress);
                            TestNode peer = nodes.get(id);
                            // A deposed leader may have answers that newer terms have overtaken.
                            if (peer.log.durableHardState().currentTerm()
                                            == leader.core.currentTerm()
                                    && progress.matchIndex() >= leader.log.firstIndex()
                                    && !lost.containsKey(id)) {
                                require(
                                        hasDurably(peer, leader.log.entry(progress.matchIndex())),
                                        "I13",
                                        () -> id + " lacks " + progress.matchIndex());
                            }
                        });
    }

    /** Entries are about to be written. */
    void onWrite(TestNode node, Ready ready) {
        ready.entries().stream()
                .filter(each -> each.type() == EntryType.MEMBERSHIP && each.index() > 1)
                .forEach(each -> checkStep(node, ready, each));
        long termBefore = termBefore(node, ready);
        for (LogEntry entry : ready.entries()) {
            Place place = new Place(entry, termBefore);
            Place before = places.putIfAbsent(new Key(entry.index(), entry.term()), place);
            require(
                    before == null || before.equals(place),
                    "I3",
                    () -> node.id + " writes " + place + ", elsewhere " + before);
            require(
                    entry.index() > committed.size()
                            || !hasApplied(node, entry.index())
                            || committed.get((int) entry.index() - 1).equals(entry),
                    "I6",
                    () -> node.id + " replaces what is committed: " + entry);
            termBefore = entry.term();
        }
    }

    private static long termBefore(TestNode node, Ready ready) {
        if (ready.entries().isEmpty() || ready.entries().get(0).index() == 1) {
            return 0;
        }
        return ready.reset() != null
                ? ready.reset().term()
                : node.log.term(ready.entries().get(0).index() - 1);
    }

    /** I14: from one configuration to the next no majority changes without a joint step. */
    private void checkStep(TestNode node, Ready ready, LogEntry entry) {
        Ready.Reset reset = ready.reset();
        long first = reset == null ? node.log.firstIndex() : reset.index() + 1;
        List<LogEntry> all =
                new ArrayList<>(committed.subList(0, (int) Math.min(committed.size(), first - 1)));
        if (reset == null) {
            node.log.all().stream()
                    .filter(each -> each.index() < ready.entries().get(0).index())
                    .forEach(all::add);
        }
        all.addAll(ready.entries());
        Membership before =
                all.stream()
                        .filter(each -> each.type() == EntryType.MEMBERSHIP)
                        .filter(each -> each.index() < entry.index())
                        .max(Comparator.comparing(LogEntry::index))
                        .map(each -> Membership.parse(new String(each.payload(), UTF_8)))
                        .orElse(Membership.EMPTY);
        Membership next = Membership.parse(new String(entry.payload(), UTF_8));
        require(
                MembershipSteps.sameVoters(before, next)
                        || (!before.isJoint() && next.outgoing().equals(before.voters()))
                        || (before.isJoint() && next.equals(MembershipSteps.left(before))),
                "I14",
                () -> node.id + " goes from " + before + " to " + next);
    }

    private static boolean hasApplied(TestNode node, long index) {
        return node.core.status().lastApplied() >= index;
    }

    /** A node applies an entry. */
    void onApply(TestNode node, LogEntry entry) {
        require(
                entry.index() <= committed.size()
                        && committed.get((int) entry.index() - 1).equals(entry),
                "I5",
                () -> node.id + " applies " + entry);
        require(node.log.hasDurably(entry), "I5", () -> node.id + " applies before it is durable");
    }

    /** A message leaves. */
    void onSend(TestNode node, NodeId to, Message message) {
        HardState durable = node.log.durableHardState();
        if (!message.isPreVote()) {
            require(
                    message.term() <= durable.currentTerm(),
                    "I12",
                    () -> node.id + " shows a term that is not durable: " + message);
        }
        if (message.term() != durable.currentTerm()) {
            return; // Overtaken by a newer term, which is durable.
        }
        if (message instanceof RequestVote request && !request.preVote()) {
            require(
                    node.id.equals(durable.votedFor())
                            && (node.role() != Role.CANDIDATE // The term has its leader.
                                    || node.log.durableLastIndex() >= request.lastLogIndex()),
                    "I12",
                    () -> node.id + " asks for votes, durable is " + durable + ": " + message);
        } else if (message instanceof RequestVoteResponse response
                && !response.preVote()
                && response.granted()) {
            require(
                    to.equals(durable.votedFor()),
                    "I12",
                    () -> node.id + " votes for " + to + ", durable is " + durable);
        } else if (message instanceof AppendEntriesResponse response && response.success()) {
            require(
                    hasDurably(node, response.index()),
                    "I12",
                    () -> node.id + " acknowledges " + response.index());
        } else if (message instanceof InstallSnapshotResponse response
                && (response.status() == InstallStatus.INSTALLED
                        || response.status() == InstallStatus.REFUSED)) {
            require(
                    hasDurably(node, response.index()),
                    "I12",
                    () -> node.id + " acknowledges a snapshot of " + response.index());
        }
    }

    /** In the log, or in a snapshot, behind which the log begins anew after a crash. */
    private static boolean hasDurably(TestNode node, long index) {
        return node.log.durableLastIndex() >= index
                || (node.snapshot != null && node.snapshot.meta().index() >= index);
    }

    private static boolean hasDurably(TestNode node, LogEntry entry) {
        return node.log.hasDurably(entry)
                || (node.snapshot != null && node.snapshot.meta().index() >= entry.index());
    }

    /** A read that was asked when {@code committedThen} was known to somebody may run. */
    static void onRead(NodeId node, long readIndex, long committedThen) {
        require(
                readIndex >= committedThen,
                "stale read",
                () -> node + " may read at " + readIndex + ", committed was " + committedThen);
    }

    static void require(boolean holds, String rule, Supplier<String> what) {
        if (!holds) {
            throw new AssertionError(rule + ": " + what.get());
        }
    }
}
