package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.MS;
import static io.jangada.raft.impl.core.Script.configuration;
import static io.jangada.raft.impl.core.Script.id;
import static io.jangada.raft.impl.core.Script.noop;
import static io.jangada.raft.impl.core.Script.proposal;
import static io.jangada.raft.impl.core.Script.show;

import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.Role;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * One core with a log in memory and a clock that the test sets. Inputs go in by name; {@link #out}
 * takes a {@link Ready}, starts its write and shows all of it.
 *
 * <p>The log begins with the group's founding entry, index 1 of term 0. Unless told otherwise T is
 * 1000 ms and a heartbeat comes each 100 ms.
 */
final class TestNode {
    /** Long enough after a start, or after hearing a leader, that no promise binds any more. */
    static final long LATER = 1500;

    final NodeId id;
    final RaftConfig config;
    FakeLog log;
    RaftCore core;

    /** The newest durable snapshot. */
    SnapshotInfo snapshot;

    final int priority;
    private long nowNanos;
    private long lastWrite;
    private long persisted;
    private long shownApplyTo;

    TestNode(NodeId id, RaftConfig config, FakeLog log, long nowNanos, long seed) {
        this(id, config, log, null, false, 0, nowNanos, seed);
    }

    TestNode(
            NodeId id,
            RaftConfig config,
            FakeLog log,
            SnapshotInfo snapshot,
            boolean rebuilding,
            int priority,
            long nowNanos,
            long seed) {
        this(id, config, log, snapshot, rebuilding, priority, 0, nowNanos, seed);
    }

    private TestNode(
            NodeId id,
            RaftConfig config,
            FakeLog log,
            SnapshotInfo snapshot,
            boolean rebuilding,
            int priority,
            long heldNanos,
            long nowNanos,
            long seed) {
        this.id = id;
        this.config = config;
        this.log = log;
        this.snapshot = snapshot;
        this.priority = priority;
        this.nowNanos = nowNanos;
        this.core =
                new RaftCore(
                        id,
                        config,
                        log,
                        log.hardState(),
                        snapshot,
                        rebuilding,
                        priority,
                        heldNanos,
                        seed,
                        nowNanos);
        this.shownApplyTo = core.status().commitIndex();
    }

    /** A node in a group, with entries of these terms behind the founding one, in the last term. */
    static TestNode node(String name, String membership, int... terms) {
        return node(RaftConfig.builder().build(), name, membership, terms);
    }

    static TestNode node(RaftConfig config, String name, String membership, int... terms) {
        List<LogEntry> entries = new ArrayList<>();
        entries.add(configuration(1, 0, membership));
        for (int term : terms) {
            entries.add(noop(entries.size() + 1, term));
        }
        int lastTerm = terms.length == 0 ? 0 : terms[terms.length - 1];
        return node(config, name, entries, new HardState(lastTerm, null));
    }

    static TestNode node(
            RaftConfig config, String name, List<LogEntry> entries, HardState hardState) {
        return new TestNode(id(name), config, FakeLog.of(entries, hardState), 0, 7);
    }

    /** A node that has just won its election in the next term; what it then does is to be taken. */
    static TestNode leader(String name, String membership, int... terms) {
        return leader(RaftConfig.builder().build(), name, membership, terms);
    }

    static TestNode leader(RaftConfig config, String name, String membership, int... terms) {
        TestNode node = node(config, name, membership, terms);
        node.lead();
        return node;
    }

    /** Wins an election in the next term with the votes of all other voters. */
    TestNode lead() {
        after(LATER).tick();
        take();
        long term = core.status().currentTerm() + 1;
        for (NodeId voter : core.membership().voters().keySet()) {
            if (!voter.equals(id)) {
                get(voter.value(), Script.preVoteResponse(term, true));
            }
        }
        take();
        persist();
        for (NodeId voter : core.membership().voters().keySet()) {
            if (!voter.equals(id)) {
                get(voter.value(), Script.vote(term, true));
            }
        }
        return this;
    }

    /** A leader whose first entry all peers have, so that it may read and replicates to them. */
    TestNode established() {
        take();
        persist();
        Role role = core.status().role();
        if (role != Role.LEADER) {
            throw new AssertionError(id + " is " + role);
        }
        for (NodeId peer : core.progress().keySet()) {
            get(peer.value(), Script.accepted(core.currentTerm(), log.lastIndex()));
        }
        return ignore();
    }

    // Time

    TestNode after(long millis) {
        nowNanos += millis * MS;
        return this;
    }

    TestNode at(long millis) {
        nowNanos = millis * MS;
        return this;
    }

    long nowMillis() {
        return nowNanos / MS;
    }

    long nowNanos() {
        return nowNanos;
    }

    /** When the node wants to be ticked, in milliseconds from now, rounded up. */
    long deadlineMillis() {
        return (core.nextDeadlineNanos() - nowNanos + MS - 1) / MS;
    }

    // Inputs

    TestNode tick() {
        core.step(new Input.Tick(nowNanos));
        return this;
    }

    TestNode get(String from, Message message) {
        core.step(new Input.Received(nowNanos, id(from), message));
        return this;
    }

    TestNode propose(long requestId, String command) {
        core.step(new Input.Propose(nowNanos, requestId, proposal(command)));
        return this;
    }

    TestNode reconfigure(long requestId, MembershipChange change) {
        core.step(new Input.Reconfigure(nowNanos, requestId, change));
        return this;
    }

    /** {@link Script#membership} in words. */
    TestNode become(long requestId, String membership) {
        return reconfigure(requestId, new MembershipChange.Become(Script.membership(membership)));
    }

    /** Its own state is durable as a snapshot. */
    TestNode saved(SnapshotInfo info) {
        snapshot = info;
        core.step(new Input.SnapshotSaved(nowNanos, info));
        return this;
    }

    /** What it was to fetch is whole and durable. */
    TestNode received(SnapshotInfo info) {
        snapshot = info;
        core.step(new Input.SnapshotReceived(nowNanos, info));
        return this;
    }

    TestNode fetched(SnapshotInfo info, long bytes) {
        core.step(new Input.SnapshotProgress(nowNanos, info, bytes));
        return this;
    }

    TestNode fetchFailed(SnapshotInfo info) {
        core.step(new Input.SnapshotFailed(nowNanos, info));
        return this;
    }

    TestNode diskSick(boolean sick) {
        core.step(new Input.DiskSick(nowNanos, sick));
        return this;
    }

    /** Forgets its log up to an index. */
    TestNode compact(long index) {
        log.compact(index);
        return this;
    }

    TestNode read(long requestId) {
        core.step(new Input.Read(nowNanos, requestId));
        return this;
    }

    TestNode transfer(String target) {
        core.step(new Input.TransferLeadership(nowNanos, id(target)));
        return this;
    }

    TestNode applied(long index) {
        core.step(new Input.Applied(nowNanos, index));
        return this;
    }

    /** The disk has done everything that was handed to it. */
    TestNode persist() {
        return persist(lastWrite);
    }

    TestNode persist(long writeSequence) {
        log.persist(writeSequence);
        persisted = Math.max(persisted, writeSequence);
        core.step(new Input.Persisted(nowNanos, writeSequence));
        return this;
    }

    // Effects

    /** Takes a {@link Ready} and starts its write. */
    Ready take() {
        Ready ready = core.ready();
        wrote(ready);
        return ready;
    }

    /** Starts the write of a {@link Ready} that was taken elsewhere. */
    void wrote(Ready ready) {
        log.write(ready);
        lastWrite = Math.max(lastWrite, ready.writeSequence());
        if (ready.reset() != null) {
            lastWrite = Math.max(lastWrite, ready.reset().writeSequence());
        }
    }

    /** Takes a {@link Ready} and shows everything in it. */
    String out() {
        Ready ready = take();
        String text = show(ready, persisted);
        if (ready.applyTo() != shownApplyTo) {
            shownApplyTo = ready.applyTo();
            text += "apply to " + shownApplyTo + "\n";
        }
        return text;
    }

    /** Forgets what was to come out. */
    TestNode ignore() {
        shownApplyTo = take().applyTo();
        return this;
    }

    /** Takes a {@link Ready} and shows all but the lines that begin so. */
    String ignoring(String start) {
        return out().lines()
                .filter(line -> !line.startsWith(start))
                .map(line -> line + "\n")
                .reduce("", String::concat);
    }

    long persistedWrite() {
        return persisted;
    }

    Role role() {
        return core.status().role();
    }

    /** Comes back from a crash that lost every write under way but the first few. */
    TestNode restarted(int survivingWrites, long seed) {
        FakeLog left = log.crashed(survivingWrites);
        return new TestNode(id, config, left, snapshot, false, priority, nowNanos, seed);
    }

    /** The same, with a store for whose opening it needed so long. */
    TestNode restartedSlowly(long millis, long seed) {
        return new TestNode(
                id,
                config,
                log.crashed(0),
                snapshot,
                false,
                priority,
                millis * MS,
                nowNanos + millis * MS,
                seed);
    }

    /** Its log, as in {@code [1@0 membership 2@1 noop]}. */
    String entries() {
        return show(log.all());
    }

    /** Role, term, vote, leader, commit and last index in one line. */
    String state() {
        CoreStatus s = core.status();
        return "%s term %d vote %s leader %s commit %d last %d"
                .formatted(
                        s.role(),
                        s.currentTerm(),
                        s.votedFor() == null ? "none" : s.votedFor(),
                        s.leader() == null ? "none" : s.leader(),
                        s.commitIndex(),
                        s.lastIndex());
    }
}
