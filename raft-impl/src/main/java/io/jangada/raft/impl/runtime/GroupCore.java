package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.impl.core.Input;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.RaftCore;
import io.jangada.raft.impl.core.Ready;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StateMachine;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.WriteListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One group on its loop: feeds the core, carries out what it decides, and keeps what this node's
 * callers wait for. Other threads leave facts (what is durable, what is applied) as growing numbers
 * and signal.
 */
final class GroupCore<S extends StateMachine<C, R>, C, R> extends GroupDriver
        implements WriteListener {
    private final Host host;
    private final GroupId id;
    private final RaftConfig config;
    private final GroupLoop loop;
    private final GroupLog log;
    private final RaftCore core;
    private final ReadyRunner runner;
    private final Writes<R> writes;
    private final Reads<S> reads;
    private final Applier<S, C, R> applier;
    private final Transfers transfers;
    private final GroupSnapshots snapshots;
    private final Changes changes;
    private final DiskWatch disk;
    private final EventBus events;
    private final Transitions transitions;

    private final AtomicBoolean signalled = new AtomicBoolean();
    private volatile long persistedSequence;
    private volatile CoreStatus status;
    private volatile @Nullable RejectedException stopped;

    private long nextDeadline;

    /** How far the core knows the machine to be. */
    private long appliedSeen;

    /** When to look after what waits: time limits, refused and lost attempts. */
    private long careDeadline = Long.MAX_VALUE;

    GroupCore(
            Host host,
            GroupId id,
            S machine,
            Codec<C> commands,
            Codec<R> results,
            LogStore store,
            Membership founding,
            GroupLoop loop,
            PeerOutbox outbox,
            Crew appliers,
            Crew eventCrew) {
        Environment environment = host.environment();
        this.host = host;
        this.id = id;
        this.config = host.config();
        this.loop = loop;
        this.log = GroupOpening.open(store, id, this, founding);
        host.restore(id, log);
        long heldNanos = log.heldFor().toNanos(); // Before the present: never too much then.
        long now = environment.nanoTime();
        SnapshotInfo snapshot = log.snapshots().latest().orElse(null);
        ReplicatedState<S> state = recover(machine, snapshot);
        this.core =
                new RaftCore(
                        host.node(),
                        config,
                        log,
                        log.hardState(),
                        snapshot,
                        log.rebuilding(),
                        host.priority(),
                        heldNanos,
                        environment.randomLong(),
                        now);
        // A crash may have torn the first write between the hard state and the founding entry.
        // Nothing
        // that rests on that write was ever shown, so founding the group once more is safe.
        boolean empty = log.lastIndex() == 0 && snapshot == null && !log.rebuilding();
        if (empty && !founding.members().isEmpty()) {
            core.step(new Input.Found(now, founding));
        }
        this.status = core.status();
        this.appliedSeen = status.lastApplied();
        this.runner = new ReadyRunner(id, log, outbox);
        this.events = new EventBus(eventCrew);
        this.transitions = new Transitions(id, host.node(), events);
        this.transfers = new Transfers(this);
        this.snapshots =
                new GroupSnapshots(this, host.node(), log, config, host.receivers(), events, now);
        this.changes = new Changes(this, host.node(), 2 * config.electionTimeout().toNanos());
        this.disk = new DiskWatch(config.electionTimeout().toNanos());
        this.writes = new Writes<>(core, config, environment, this);
        this.applier =
                new Applier<>(
                        state,
                        commands,
                        results,
                        log,
                        writes,
                        config,
                        environment,
                        appliers,
                        log.snapshots(),
                        host.snapshotCrew(),
                        snapshots,
                        this::signal,
                        (why, cause) -> execute(nowNanos -> stop(why, cause)));
        this.reads = new Reads<>(config, this, applier::read);
    }

    /**
     * The machine as it is now: empty, or at its own checkpoint. The log or a snapshot must go on
     * from there without a gap.
     */
    private ReplicatedState<S> recover(S machine, @Nullable SnapshotInfo snapshot) {
        ReplicatedState<S> state = new ReplicatedState<>(machine, () -> host.scratch(id));
        try {
            state.recover();
            if (!log.rebuilding()) {
                long saved = snapshot == null ? 0 : snapshot.meta().index();
                GroupOpening.checkNoGap(id, log, state.index(), saved);
            }
            return state;
        } catch (IOException e) {
            log.close();
            throw new UncheckedIOException(
                    "the checkpoint of group " + id + " cannot be read: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    GroupId id() {
        return id;
    }

    Writes<R> writes() {
        return writes;
    }

    Reads<S> reads() {
        return reads;
    }

    /** The snapshots of this group. */
    SnapshotStore snapshots() {
        return log.snapshots();
    }

    EventBus events() {
        return events;
    }

    // Any thread

    long nanoTime() {
        return host.environment().nanoTime();
    }

    /** How many percent of a snapshot from another node are here, if one is coming in. */
    OptionalInt installingPercent() {
        return snapshots.installingPercent();
    }

    /** Has a snapshot taken soon, of a state no older than the present one. */
    void takeSnapshot() {
        applier.takeSnapshot();
    }

    /** Whether a query at that index may run now, on any thread. */
    boolean isReadable(long index) {
        return applier.isReadable(index);
    }

    CoreStatus status() {
        return status;
    }

    /** Up to where the log may go, as far as peers are concerned that fetch a snapshot. */
    long mayCompactTo() {
        return core.mayCompactTo();
    }

    /** How far the latest snapshot goes, also one that came in this round. */
    long snapshotIndex() {
        return core.status().snapshotIndex();
    }

    /** For inspection while the loop rests. */
    Map<NodeId, RaftCore.PeerProgress> progress() {
        return core.progress();
    }

    long appliedIndex() {
        return applier.appliedIndex();
    }

    @Nullable RejectedException stopped() {
        return stopped;
    }

    void readAt(long index, PendingRead<S, ?> read) {
        applier.read(new ReadBatch<>(index, new ArrayList<>(List.of(read))));
    }

    /** A message for this group; false if the mailbox is full and it is lost. */
    boolean receive(NodeId from, Message message) {
        return loop.offer(new Receipt(this, from, message));
    }

    private record Receipt(GroupCore<?, ?, ?> group, NodeId from, Message message)
            implements LoopTask {
        @Override
        public void run(long nowNanos) {
            group.step(new Input.Received(nowNanos, from, message));
        }

        @Override
        public void failed(Throwable cause) {
            group.failed(cause);
        }
    }

    /** A task of this group. */
    LoopTask task(LoopAction action) {
        return new GroupTask(this, action);
    }

    private record GroupTask(GroupCore<?, ?, ?> group, LoopAction action) implements LoopTask {
        @Override
        public void run(long nowNanos) {
            action.run(nowNanos);
        }

        @Override
        public void failed(Throwable cause) {
            group.failed(cause);
        }
    }

    /** Leaves work that cannot be refused. */
    void execute(LoopAction action) {
        loop.execute(task(action));
    }

    @Override
    public void onPersisted(long writeSequence) {
        persistedSequence = writeSequence;
        signal();
    }

    @Override
    public void onFailed(StoreException cause) {
        execute(now -> stop("its log store failed: " + cause.getMessage(), cause));
    }

    private void signal() {
        if (signalled.compareAndSet(false, true)) {
            loop.signal(this);
        }
    }

    // Everything below runs on the loop

    void start() {
        loop.add(this);
        host.peers().follow(id, status.membership(), nanoTime());
        applier.start();
        snapshots.start();
        if (log.rebuilding()) {
            transitions.onRebuilding(status.currentTerm(), false);
        }
    }

    void step(Input input) {
        if (stopped == null) {
            takeApplied(input.nowNanos());
            core.step(input);
            touchLoop();
        }
    }

    /** There is something to carry out at the end of the round. */
    void touchLoop() {
        loop.touch(this);
    }

    @Override
    void onSignal(long nowNanos) {
        signalled.set(false);
        if (stopped != null) {
            return;
        }
        long persisted = persistedSequence;
        if (persisted > runner.persistedSequence()) {
            core.step(new Input.Persisted(nowNanos, persisted));
            disk.confirmed(persisted, nowNanos);
            runner.persisted(persisted);
        }
        takeApplied(nowNanos);
    }

    /**
     * Notes how far the machine has come, if it is further than known. That wakes nobody: whatever
     * it matters for comes as an input itself.
     */
    private void takeApplied(long nowNanos) {
        // A machine that is durable by itself may be ahead of what is known to be committed.
        long applied = Math.min(applier.appliedIndex(), status.commitIndex());
        if (applied > appliedSeen) {
            appliedSeen = applied;
            core.step(new Input.Applied(nowNanos, applied));
            snapshots.onApplied(applied);
        }
    }

    @Override
    void onTick(long nowNanos) {
        takeApplied(nowNanos);
        if (nowNanos >= core.nextDeadlineNanos()) {
            core.step(new Input.Tick(nowNanos));
        }
        if (nowNanos >= careDeadline) {
            careDeadline = Long.MAX_VALUE;
            careForWaiting(nowNanos);
        }
        snapshots.tick(nowNanos, applier.appliedIndex());
        if (disk.hasChanged(nowNanos)) {
            transitions.onDisk(status, disk.isSick());
            core.step(new Input.DiskSick(nowNanos, disk.isSick()));
        }
    }

    /** Time limits, and another try for what was refused or lost. */
    private void careForWaiting(long nowNanos) {
        NodeId leader = status.leader();
        writes.expire(nowNanos, leader);
        reads.expire(nowNanos, leader);
        transfers.expire(nowNanos);
        changes.expire(nowNanos);
        if (applier.hasWaitingReads()) {
            applier.lookAfterReads();
        }
        if (leader != null) {
            writes.retry(nowNanos, leader.equals(host.node()));
            reads.retry(nowNanos);
            changes.retry(nowNanos);
        }
    }

    @Override
    void carryOut(long nowNanos) {
        if (stopped == null) {
            carryOutAll(nowNanos);
        }
        host.peers().lookAfter(nowNanos);
    }

    private void carryOutAll(long nowNanos) {
        reads.ask(nowNanos);
        if (runReady(nowNanos)) {
            // What the last leader left open goes to the new one.
            writes.retry(nowNanos, host.node().equals(status.leader()));
            reads.retry(nowNanos);
            transfers.retry(nowNanos);
            changes.retry(nowNanos);
            runReady(nowNanos);
        }
        boolean waiting =
                !writes.isEmpty()
                        || !reads.isEmpty()
                        || !transfers.isEmpty()
                        || !changes.isEmpty()
                        || applier.hasWaitingReads();
        if (!waiting) {
            careDeadline = Long.MAX_VALUE;
        } else if (careDeadline == Long.MAX_VALUE) {
            careDeadline = nowNanos + config.heartbeatInterval().toNanos() / 2;
        }
        nextDeadline =
                Math.min(
                        Math.min(core.nextDeadlineNanos(), careDeadline),
                        Math.min(snapshots.deadlineNanos(), disk.nextDeadlineNanos()));
    }

    /**
     * Carries out one batch of decisions. Publishes first: a lease that has ended must be seen to
     * have ended before any message can make another leader.
     *
     * @return whether there is a leader, and another one or in another term than before
     */
    private boolean runReady(long nowNanos) {
        Ready ready = core.ready();
        CoreStatus before = status;
        CoreStatus now = core.status();
        status = now;
        runner.run(ready, applier);
        if (ready.load() != null) {
            snapshots.installing(ready.load());
        }
        if (ready.fetch() != null) {
            snapshots.fetch(ready.fetch());
        }
        if (ready.rebuilt()) {
            transitions.onRebuilding(now.currentTerm(), true);
        }
        if (ready.writeSequence() > 0) {
            disk.started(ready.writeSequence(), nowNanos);
        }
        ready.reads().forEach(reads::granted);
        for (Ready.Refused refused : ready.refused()) {
            if (Reads.isRead(refused.requestId())) {
                reads.refused(refused.requestId(), refused.reason());
            } else {
                writes.refused(refused.requestId(), refused.reason(), refused.here());
            }
        }
        transfers.onStatus(now);
        snapshots.onStatus(now);
        for (Ready.ChangeOutcome outcome : ready.changes()) {
            changes.outcome(outcome, nowNanos);
        }
        changes.onStatus(now, nowNanos);
        transitions.onStatus(before, now);
        host.restWatch().onStatus(this, before, now, nowNanos);
        if (now.resting() && !before.resting()) {
            writes.rest();
        }
        if (!now.membership().equals(before.membership())) {
            host.peers().follow(id, now.membership(), nowNanos);
        }
        return now.leader() != null
                && (!now.leader().equals(before.leader())
                        || now.currentTerm() != before.currentTerm());
    }

    @Override
    long nextDeadlineNanos() {
        return stopped == null ? nextDeadline : Long.MAX_VALUE;
    }

    /** Takes a snapshot of what is applied here now. */
    void snapshot(CompletableFuture<Long> done) {
        if (stopped == null) {
            snapshots.demand(done, applier.appliedIndex());
        } else {
            done.completeExceptionally(stopped);
        }
    }

    void change(
            MembershipChange change,
            CompletableFuture<Membership> done,
            long nowNanos,
            long deadlineNanos) {
        changes.submit(change, done, nowNanos, deadlineNanos);
        touchLoop();
    }

    /** Why this node does not talk to another one; null if it does, or they have not met. */
    @Nullable String refusalOf(NodeId peer) {
        return host.peers().refusalOf(peer);
    }

    /** In words what this group waits for here. */
    String explain(long nowNanos) {
        RejectedException reason = stopped;
        if (reason != null) {
            return String.valueOf(reason.getMessage());
        }
        Explanation words =
                new Explanation(
                        id,
                        host.node(),
                        host.peers(),
                        config.electionTimeout().toNanos(),
                        status,
                        core.progress(),
                        nowNanos);
        if (disk.isSick()) {
            words.add(
                    "the disk of node "
                            + host.node()
                            + " needs longer than electionTimeout for a write");
        }
        snapshots
                .installingPercent()
                .ifPresent(
                        percent ->
                                words.add(
                                        "a snapshot is coming in, "
                                                + percent
                                                + " % of it are here"));
        return words.text(host.knowsCluster(), host.seeds());
    }

    void transfer(NodeId target, CompletableFuture<@Nullable Void> done, long nowNanos) {
        transfer(target, done, nowNanos, 2 * config.electionTimeout().toNanos());
    }

    private void transfer(
            NodeId target,
            CompletableFuture<@Nullable Void> done,
            long nowNanos,
            long patienceNanos) {
        transfers.submit(target, done, nowNanos, nowNanos + patienceNanos);
        touchLoop();
    }

    /**
     * Hands leadership over before this node goes, if it leads and somebody else can.
     *
     * @param done completes when another node leads, or it did not come to that
     */
    void handOver(CompletableFuture<@Nullable Void> done, long nowNanos) {
        NodeId successor = stopped == null ? successor() : null;
        if (successor == null) {
            done.complete(null);
        } else {
            transfer(successor, done, nowNanos, config.electionTimeout().toNanos());
        }
    }

    /** The voter whose log is closest to this leader's. */
    private @Nullable NodeId successor() {
        NodeId best = null;
        long bestMatch = -1;
        for (var each : core.progress().entrySet()) {
            boolean voter = status.membership().voters().containsKey(each.getKey());
            if (voter && each.getValue().matchIndex() > bestMatch) {
                best = each.getKey();
                bestMatch = each.getValue().matchIndex();
            }
        }
        return best;
    }

    /** The group cannot go on: says so, once, and leaves the other groups alone. */
    @Override
    void failed(Throwable cause) {
        stop(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }

    private void stop(String why, Throwable cause) {
        if (stopped == null) {
            transitions.onStopped(status.currentTerm(), why, cause);
            end(
                    new RejectedException.Closed(
                            "group " + id + " stopped on this node: " + why, cause));
        }
    }

    /** Ends the group here in an orderly way. */
    void close(CompletableFuture<@Nullable Void> done) {
        if (stopped == null) {
            end(new RejectedException.Closed("group " + id + " is closed on this node", null));
        }
        // Whoever reads or writes for this group on another thread comes to an end first.
        host.sender().forget(id);
        host.receivers()
                .forget(
                        id,
                        () ->
                                applier.whenIdle(
                                        () ->
                                                execute(
                                                        now -> {
                                                            log.close();
                                                            done.complete(null);
                                                        })));
    }

    private void end(RejectedException reason) {
        stopped = reason;
        loop.remove(this);
        host.restWatch().onEnd(this);
        host.receivers().forget(id, () -> {});
        applier.close(reason); // First: who is told below must find nothing finished later.
        writes.close(reason);
        reads.close(reason);
        transfers.close(reason);
        snapshots.close(reason);
        changes.close(reason);
    }
}
