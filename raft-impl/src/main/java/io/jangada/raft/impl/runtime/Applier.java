package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.impl.runtime.SessionTable.Lookup;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.BatchStateMachine;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.LogReader;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StateMachine;
import io.jangada.raft.spi.StoreException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Applies what is committed and durable here, in order, then answers the reads that waited for it.
 * Runs on a crew's thread, so that a slow state machine delays no heartbeat (Z47). Callers' futures
 * complete after the batch, never between two applies.
 */
final class Applier<S extends StateMachine<C, R>, C, R> {
    private static final long BATCH_BYTES_MAX = 1 << 20;

    /** Batches of one turn, before other groups of the crew get theirs. */
    private static final int TURN_BATCHES_MAX = 8;

    /** Hears why the group cannot go on. */
    interface Failure {
        void stop(String why, Throwable cause);
    }

    /** A fresh command of the present batch, on its way through the state machine. */
    private record Step<C>(CommandEnvelope write, C command, Applied at) {}

    private final S machine;
    private final ReplicatedState<S> state;
    private final Codec<C> commands;
    private final Codec<R> results;
    private final LogReader log;
    private final Writes<R> writes;
    private final RaftConfig config;
    private final Environment environment;
    private final Crew.Member crew;

    /** Told when a snapshot was loaded. */
    private final Runnable loaded;

    private final Failure failed;

    private final SnapshotStore snapshots;
    private final Snapshotter.Listener snapshotListener;
    private final SnapshotPolicy policy;
    private final Snapshotter snapshotter;
    private final Queue<ReadBatch<S>> arrived = new ConcurrentLinkedQueue<>();

    /** Reads that have arrived and are not answered; those who hear an answer find room. */
    private final AtomicInteger openReads = new AtomicInteger();

    private final PriorityQueue<ReadBatch<S>> waiting =
            new PriorityQueue<>(Comparator.comparingLong(ReadBatch::readIndex));

    /** Commands of the present batch that are not applied yet. */
    private final List<Step<C>> steps = new ArrayList<>();

    /** Futures to complete when the batch is applied. */
    private final List<Runnable> completions = new ArrayList<>();

    private volatile long applyTo;
    private volatile long appliedIndex;
    private volatile @Nullable RejectedException closed;
    private boolean broken;

    /** Somebody else has the machine: it rests between two applies. */
    private volatile boolean lent;

    /** What is lent is being replaced: nobody may look at it, not even at any time. */
    private volatile boolean loading;

    /** A snapshot that goes this far is to be loaded before anything else is applied. */
    private volatile long loadTo;

    /** Somebody wants a snapshot, wherever the state stands. */
    private volatile boolean snapshotWanted;

    Applier(
            ReplicatedState<S> state,
            Codec<C> commands,
            Codec<R> results,
            LogReader log,
            Writes<R> writes,
            RaftConfig config,
            Environment environment,
            Crew crew,
            SnapshotStore snapshots,
            Crew snapshotCrew,
            Snapshotter.Listener snapshotListener,
            Runnable loaded,
            Failure failed) {
        this.machine = state.machine();
        this.state = state;
        this.commands = commands;
        this.results = results;
        this.log = log;
        this.writes = writes;
        this.config = config;
        this.environment = environment;
        this.crew = crew.join(this::turn);
        this.loaded = loaded;
        this.failed = failed;
        this.policy = new SnapshotPolicy(config);
        this.snapshotter =
                new Snapshotter(
                        state, snapshots, snapshotCrew, new MachineLender(), snapshotListener);
        this.snapshots = snapshots;
        this.snapshotListener = snapshotListener;
        this.appliedIndex = state.index();
        this.applyTo = appliedIndex;
        this.loadTo = snapshots.latest().map(latest -> latest.meta().index()).orElse(0L);
    }

    /** Begins: first with the latest snapshot if the machine is behind it. The loop's only. */
    void start() {
        crew.call();
    }

    /**
     * A snapshot takes the place of what would be applied up to its index. The loop's only, before
     * the log below it goes.
     */
    void load(long index) {
        if (index > loadTo && index > appliedIndex) {
            loadTo = index;
            crew.call();
        }
    }

    /** Takes a snapshot of now, or of soon if one is being taken. Any thread. */
    void takeSnapshot() {
        snapshotWanted = true;
        crew.call();
    }

    /** More is committed and durable. The loop's only. */
    void applyTo(long index) {
        if (index > applyTo) {
            applyTo = index;
            crew.call();
        }
    }

    long appliedIndex() {
        return appliedIndex;
    }

    /**
     * Takes reads that have their index; those for which there is no room end at once. Any thread.
     */
    void read(ReadBatch<S> batch) {
        List<PendingRead<S, ?>> reads = batch.reads();
        int room = config.pendingReadsMax() - openReads.getAndAdd(reads.size());
        if (room < reads.size()) {
            List<PendingRead<S, ?>> tooMany = reads.subList(Math.max(0, room), reads.size());
            openReads.addAndGet(-tooMany.size());
            tooMany.forEach(read -> read.completeExceptionally(Reads.overloaded()));
            tooMany.clear();
        }
        if (!reads.isEmpty()) {
            arrived.add(batch);
            crew.call();
        }
    }

    /** Whether reads wait whose time may run out. */
    boolean hasWaitingReads() {
        return openReads.get() > 0;
    }

    /** Lets the applier look after reads whose time has run out. */
    void lookAfterReads() {
        crew.call();
    }

    /** Whether a query may run now, on any thread, if the machine takes such queries at all. */
    boolean isReadable(long index) {
        return index <= appliedIndex && !loading && !mustLoad();
    }

    /** Nothing is applied or answered any more. */
    void close(RejectedException reason) {
        closed = reason;
        snapshotter.end();
        crew.call();
    }

    /** Lets something happen once nobody has the machine lent or writes a snapshot. */
    void whenIdle(Runnable then) {
        snapshotter.whenIdle(then);
    }

    // Everything below runs on the crew.

    private void turn() {
        try {
            for (int batch = 0; batch < TURN_BATCHES_MAX && mayApply(); batch++) {
                applyBatch();
            }
            beginWhatIsWanted();
            serveReads();
        } catch (Throwable cause) {
            broken = true;
            completeApplied(); // Nobody else knows these callers any more, and their answers hold.
            failed.stop("applying failed: " + cause, cause);
        }
        if (mayApply()) {
            crew.call();
        }
    }

    private boolean mayApply() {
        return isMine() && !mustLoad() && appliedIndex < applyTo;
    }

    /** Whether the machine is here and in order. */
    private boolean isMine() {
        return !lent && !broken && closed == null;
    }

    private boolean mustLoad() {
        return loadTo > appliedIndex;
    }

    private void applyBatch() {
        boolean snapshotDue = false;
        for (LogEntry entry : committed()) {
            if (entry.index() != state.index() + 1) {
                throw new IllegalStateException(
                        "entry " + entry.index() + " must not follow entry " + state.index());
            }
            take(entry);
            state.took(entry);
            snapshotDue = policy.isDueBehind(entry);
            if (snapshotDue) {
                break;
            }
        }
        applySteps();
        appliedIndex = state.index();
        completeApplied();
        if (snapshotDue && !snapshotter.isSaving()) {
            save();
        }
    }

    /** What is to be applied next; nothing if a snapshot is taking its place. */
    private List<LogEntry> committed() {
        try {
            return log.entries(appliedIndex + 1, applyTo, BATCH_BYTES_MAX);
        } catch (IndexOutOfBoundsException | StoreException e) {
            if (mustLoad()) {
                return List.of();
            }
            throw e;
        }
    }

    private void beginWhatIsWanted() {
        if (!isMine()) {
            if (mustLoad()) {
                snapshotter.abandonSave();
            }
            return;
        }
        if (mustLoad()) {
            lent = true;
            loading = true;
            snapshotter.load(loadTo);
        } else if (snapshotWanted && !snapshotter.isSaving()) {
            snapshotWanted = false;
            SnapshotInfo latest = snapshots.latest().orElse(null);
            if (latest != null && latest.meta().index() >= appliedIndex) {
                snapshotListener.saved(latest);
            } else if (appliedIndex > 0) {
                save();
            }
        }
    }

    private void save() {
        lent = snapshotter.borrowsToSave();
        snapshotter.save();
    }

    /** Runs on the snapshot worker. */
    private final class MachineLender implements Snapshotter.Lender {
        @Override
        public void giveBack() {
            if (loading) {
                policy.restart();
                writes.skippedEntries();
                appliedIndex = state.index();
                loading = false;
            }
            lent = false;
            crew.call();
            loaded.run();
        }

        @Override
        public void broken(Throwable cause) {
            failed.stop(String.valueOf(cause.getMessage()), cause);
        }
    }

    private void completeApplied() {
        completions.forEach(Runnable::run);
        completions.clear();
    }

    private void take(LogEntry entry) {
        switch (entry.type()) {
            case COMMAND -> takeCommand(entry);
            case OPEN_SESSION -> {
                applySteps();
                state.sessions().expire(entry.clusterTimeMillis());
                openSession(entry);
            }
            case NOOP, MEMBERSHIP -> {}
        }
    }

    private void openSession(LogEntry entry) {
        SessionTerms terms = SessionTerms.decode(entry.payload());
        state.sessions().open(entry.index(), terms, entry.clusterTimeMillis());
        PendingWrite<Long> open = writes.takeOpen(terms.nonce());
        if (open != null) {
            completions.add(() -> open.complete(entry.index()));
        }
    }

    private void takeCommand(LogEntry entry) {
        CommandEnvelope write = CommandEnvelope.decode(entry.payload());
        state.sessions().expire(entry.clusterTimeMillis());
        Lookup known = state.sessions().lookup(write, entry.clusterTimeMillis());
        if (known instanceof Lookup.Wait) {
            applySteps();
            known = state.sessions().lookup(write, entry.clusterTimeMillis());
        }
        if (known instanceof Lookup.Fresh) {
            Applied at = new Applied(entry.index(), entry.term(), entry.clusterTimeMillis());
            steps.add(new Step<>(write, commands.decode(write.command()), at));
            return;
        }
        // An earlier attempt may be among the steps; it is the one that answers, even if the
        // session
        // expired between the two.
        applySteps();
        PendingWrite<R> waiter = writes.take(write.session(), write.sequence());
        if (waiter != null && known instanceof Lookup.Repeated repeated) {
            R reply = results.decode(repeated.reply());
            completions.add(() -> waiter.complete(reply));
        } else if (waiter != null && known instanceof Lookup.Gone gone) {
            completions.add(() -> writes.sessionGone(waiter, gone.why()));
        }
    }

    private void applySteps() {
        if (steps.isEmpty()) {
            return;
        }
        List<R> answers = machine instanceof BatchStateMachine<?, ?> ? applyAll() : applyEach();
        for (int i = 0; i < answers.size(); i++) {
            CommandEnvelope write = steps.get(i).write();
            R answer = answers.get(i);
            state.sessions().applied(write, results.encode(answer));
            PendingWrite<R> waiter = writes.take(write.session(), write.sequence());
            if (waiter != null) {
                completions.add(() -> waiter.complete(answer));
            }
        }
        steps.clear();
    }

    private List<R> applyEach() {
        List<R> answers = new ArrayList<>(steps.size());
        for (Step<C> step : steps) {
            answers.add(machine.apply(step.command(), step.at()));
        }
        return answers;
    }

    private List<R> applyAll() {
        List<C> batch = new ArrayList<>(steps.size());
        List<Applied> at = new ArrayList<>(steps.size());
        for (Step<C> step : steps) {
            batch.add(step.command());
            at.add(step.at());
        }
        List<R> answers = Unchecked.<BatchStateMachine<C, R>>cast(machine).applyAll(batch, at);
        if (answers.size() != steps.size()) {
            throw new IllegalStateException(
                    "applyAll gave "
                            + answers.size()
                            + " results for "
                            + steps.size()
                            + " commands");
        }
        return answers;
    }

    private void serveReads() {
        for (ReadBatch<S> batch = arrived.poll(); batch != null; batch = arrived.poll()) {
            waiting.add(batch);
        }
        RejectedException reason = closed;
        while ((reason != null || broken) && !waiting.isEmpty()) {
            nextReads().forEach(read -> read.completeExceptionally(closedOr(reason)));
        }
        while (isMine() && !waiting.isEmpty() && waiting.peek().readIndex() <= appliedIndex) {
            nextReads().forEach(read -> read.answer(machine));
        }
        long now = environment.nanoTime();
        waiting.removeIf(batch -> areAllLate(batch, now));
    }

    private List<PendingRead<S, ?>> nextReads() {
        List<PendingRead<S, ?>> reads = waiting.remove().reads();
        openReads.addAndGet(-reads.size());
        return reads;
    }

    private boolean areAllLate(ReadBatch<S> batch, long nowNanos) {
        batch.reads().removeIf(read -> endIfLate(read, batch.readIndex(), nowNanos));
        return batch.reads().isEmpty();
    }

    private boolean endIfLate(PendingRead<S, ?> read, long readIndex, long nowNanos) {
        boolean late = nowNanos >= read.deadlineNanos;
        if (late) {
            openReads.decrementAndGet();
            read.completeExceptionally(tooLate(readIndex));
        }
        return late;
    }

    private static RejectedException closedOr(@Nullable RejectedException reason) {
        return reason == null
                ? new RejectedException.Closed("the group stopped on this node", null)
                : reason;
    }

    private RejectedException tooLate(long readIndex) {
        return new RejectedException.NoLeader(
                "index "
                        + readIndex
                        + " was not applied here within the time of the read, only "
                        + appliedIndex,
                null);
    }
}
