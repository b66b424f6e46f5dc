package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.OutcomeUnknownException;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftException;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.SessionExpiredException;
import io.jangada.raft.impl.core.Input;
import io.jangada.raft.impl.core.Proposal;
import io.jangada.raft.impl.core.RaftCore;
import io.jangada.raft.impl.core.Refusal;
import io.jangada.raft.spi.EntryType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The writes of this node that wait for their outcome, and the session under which the library
 * numbers them (thesis §6.3). A write is done when this node applies its entry, whoever proposed
 * it, so that forwarding, changes of leadership and repeated attempts all end in the same place.
 * Proposing again is always safe: the session sees to it that an entry is applied once.
 *
 * <p>Runs on the loop, but for {@link #take} and {@link #takeOpen}, which are the applier's.
 *
 * @param <R> results
 */
final class Writes<R> {
    private record Key(long session, long sequence) {}

    private static final int OWN = 0;
    private static final int OTHER = 1;
    private static final int PATIENCE_DOUBLINGS = 5;

    private final RaftCore core;
    private final RaftConfig config;
    private final Environment environment;
    private final GroupCore<?, ?, R> group;
    private final int window;

    /** Writes of the own session by sequence; the window is smaller than the ring. */
    private final WriteRing<PendingWrite<R>> own;

    private final Map<Key, PendingWrite<R>> explicit = new ConcurrentHashMap<>();
    private final Map<Long, PendingWrite<Long>> opens = new ConcurrentHashMap<>();

    /** What is in {@link #explicit} and {@link #opens}, by request. */
    private final Map<Long, PendingWrite<?>> others = new ConcurrentHashMap<>();

    private final Deque<PendingWrite<R>> waitingForSession = new ArrayDeque<>();

    /** The session of this life of the process, 0 while none is open. */
    private long ownSession;

    private boolean opening;
    private long nextSequence = 1;
    private long lowestUnanswered = 1;
    private long lastRequest;
    private @Nullable RejectedException closed;

    Writes(RaftCore core, RaftConfig config, Environment environment, GroupCore<?, ?, R> group) {
        this.core = core;
        this.config = config;
        this.environment = environment;
        this.group = group;
        this.window = config.sessionWindow();
        this.own = new WriteRing<>(Integer.highestOneBit(window) * 2);
    }

    // Taking writes in

    void submit(PendingWrite<?> write, long nowNanos) {
        if (closed != null) {
            write.completeExceptionally(closed);
        } else if (write.type == EntryType.OPEN_SESSION) {
            submitOpen(Unchecked.<PendingWrite<Long>>cast(write), nowNanos);
        } else if (write.session == PendingWrite.OWN_SESSION) {
            submitOwn(Unchecked.<PendingWrite<R>>cast(write), nowNanos);
        } else {
            submitExplicit(Unchecked.<PendingWrite<R>>cast(write), nowNanos);
        }
    }

    private void submitOpen(PendingWrite<Long> open, long nowNanos) {
        if (refusedForLackOfRoom(open)) {
            return;
        }
        register(open);
        opens.put(open.sequence, open);
        propose(open, nowNanos);
    }

    /** Comes first: as soon as the applier can find a write, it may take it out again. */
    private void register(PendingWrite<?> write) {
        write.requestId = nextRequest();
        others.put(write.requestId, write);
    }

    private boolean refusedForLackOfRoom(PendingWrite<?> write) {
        boolean full = others.size() >= config.mailboxCapacity();
        if (full) {
            write.completeExceptionally(
                    new RejectedException.Overloaded(
                            others.size()
                                    + " writes of clients' sessions wait for their outcome on this"
                                    + " node: mailboxCapacity is reached"));
        }
        return full;
    }

    private void submitOwn(PendingWrite<R> write, long nowNanos) {
        if (nextSequence - lowestUnanswered() + waitingForSession.size() >= window) {
            write.completeExceptionally(
                    new RejectedException.Overloaded(
                            window
                                    + " writes of this node wait for their outcome: sessionWindow is"
                                    + " reached"));
            return;
        }
        if (ownSession == 0) {
            waitingForSession.add(write);
            openOwnSession(nowNanos);
            return;
        }
        write.session = ownSession;
        write.sequence = nextSequence++;
        write.requestId = write.sequence << 1 | OWN;
        own.set(slot(write.sequence), write);
        propose(write, nowNanos);
    }

    private void submitExplicit(PendingWrite<R> write, long nowNanos) {
        Key key = new Key(write.session, write.sequence);
        PendingWrite<R> earlier = explicit.get(key);
        if (earlier != null && earlier.isDone()) {
            forget(earlier); // Its caller gave up before there was an outcome.
            earlier = null;
        }
        if (earlier != null) {
            earlier.whenComplete((result, failure) -> finish(write, result, failure));
        } else if (!refusedForLackOfRoom(write)) {
            register(write);
            explicit.put(key, write);
            propose(write, nowNanos);
        }
    }

    /** Ends a repeat as the earlier call ended, unless that was its own caller's doing. */
    private void finish(PendingWrite<R> write, @Nullable R result, @Nullable Throwable failure) {
        if (failure == null) {
            write.complete(result);
        } else if (failure instanceof RaftException) {
            write.completeExceptionally(failure);
        } else {
            group.execute(now -> submit(write, now));
        }
    }

    private void openOwnSession(long nowNanos) {
        if (opening) {
            return;
        }
        opening = true;
        PendingWrite<Long> open = newOpen(nowNanos + config.requestTimeout().toNanos());
        open.whenComplete((id, failure) -> group.execute(now -> onOwnSession(id, failure, now)));
        submitOpen(open, nowNanos);
    }

    PendingWrite<Long> newOpen(long deadlineNanos) {
        long nonce = environment.randomLong();
        byte[] terms = SessionTerms.of(config, nonce).encode();
        return new PendingWrite<>(this, EntryType.OPEN_SESSION, terms, 0, nonce, deadlineNanos);
    }

    private void onOwnSession(@Nullable Long id, @Nullable Throwable failure, long nowNanos) {
        opening = false;
        if (id != null && failure == null) {
            ownSession = id;
            for (int count = waitingForSession.size(); count > 0; count--) {
                submit(waitingForSession.remove(), nowNanos);
            }
        } else if (failure instanceof RejectedException.Overloaded) {
            // Nobody was asked for these; opening again at once would be refused again, at once.
            waitingForSession.forEach(write -> write.completeExceptionally(failure));
            waitingForSession.clear();
        } else if (!waitingForSession.isEmpty() && closed == null) {
            openOwnSession(nowNanos);
        }
    }

    private long nextRequest() {
        return ++lastRequest << 1 | OTHER;
    }

    private int slot(long sequence) {
        return (int) (sequence & (own.length() - 1));
    }

    private long lowestUnanswered() {
        while (lowestUnanswered < nextSequence && own.get(slot(lowestUnanswered)) == null) {
            lowestUnanswered++;
        }
        return lowestUnanswered;
    }

    // Attempts

    private void propose(PendingWrite<?> write, long nowNanos) {
        byte[] payload =
                write.type == EntryType.COMMAND
                        ? CommandEnvelope.encode(
                                write.session,
                                write.sequence,
                                write.session == ownSession ? lowestUnanswered() : 0,
                                write.content)
                        : write.content;
        write.wasInDoubt = write.inDoubt;
        write.inDoubt = true;
        write.attemptTerm = core.currentTerm();
        write.attemptNanos = nowNanos;
        write.attempts++;
        group.step(new Input.Propose(nowNanos, write.requestId, new Proposal(write.type, payload)));
    }

    void failed(Throwable cause) {
        group.failed(cause);
    }

    /** An attempt did not get under way: it is tried again later, unless waiting is pointless. */
    void refused(long requestId, Refusal reason, boolean here) {
        PendingWrite<?> write = byRequest(requestId);
        if (write == null) {
            return;
        }
        if (here || reason != Refusal.OVERLOADED) {
            write.attemptTerm = -1;
        } // A leader that has too much is asked again only when the attempt is overdue.
        if (here) {
            write.inDoubt = write.wasInDoubt;
        }
        if (reason == Refusal.OVERLOADED && !write.inDoubt) {
            forget(write);
            write.completeExceptionally(
                    new RejectedException.Overloaded(
                            "the leader holds as many uncommitted or unapplied bytes as it may"));
        }
    }

    private @Nullable PendingWrite<?> byRequest(long requestId) {
        if ((requestId & 1) == OWN) {
            PendingWrite<R> write = own.get(slot(requestId >> 1));
            return write == null || write.requestId != requestId ? null : write;
        }
        return others.get(requestId);
    }

    /**
     * Proposes again what the present leader may not have: refused attempts, attempts of earlier
     * terms, and forwarded ones that are overdue and so perhaps lost.
     */
    void retry(long nowNanos, boolean leading) {
        forEach(
                write -> {
                    boolean otherTerm = write.attemptTerm != core.currentTerm();
                    boolean overdue = nowNanos - write.attemptNanos > patienceNanos(write);
                    if (otherTerm || (overdue && !leading)) {
                        propose(write, nowNanos);
                    }
                });
    }

    /** Doubles with each attempt, so that a slow leader is not buried in repetitions. */
    private long patienceNanos(PendingWrite<?> write) {
        return config.electionTimeout().toNanos() << Math.min(write.attempts, PATIENCE_DOUBLINGS);
    }

    /** Gives up on what has waited too long. */
    void expire(long nowNanos, @Nullable NodeId leader) {
        forEach(
                write -> {
                    if (endIfLate(write, nowNanos, leader)) {
                        forget(write);
                    }
                });
        waitingForSession.removeIf(write -> endIfLate(write, nowNanos, leader));
    }

    private static boolean endIfLate(
            PendingWrite<?> write, long nowNanos, @Nullable NodeId leader) {
        boolean late = nowNanos >= write.deadlineNanos;
        if (late) {
            write.completeExceptionally(timedOut(write.inDoubt, leader));
        }
        return late;
    }

    private static RuntimeException timedOut(boolean inDoubt, @Nullable NodeId leader) {
        return inDoubt
                ? new OutcomeUnknownException(
                        "the write was proposed, and its outcome is not known in time", null)
                : new RejectedException.NoLeader(
                        "no leader took the write within its time", leader);
    }

    boolean isEmpty() {
        return lowestUnanswered() == nextSequence
                && others.isEmpty()
                && waitingForSession.isEmpty();
    }

    /** The group rests: memory for writes goes until there are some again. */
    void rest() {
        if (isEmpty()) {
            own.trim();
        }
    }

    /** Ends everything: what may have been proposed has an unknown outcome. */
    void close(RejectedException reason) {
        closed = reason;
        forEach(
                write -> {
                    forget(write);
                    write.completeExceptionally(
                            write.inDoubt
                                    ? new OutcomeUnknownException(
                                            "the write was proposed before this: "
                                                    + reason.getMessage(),
                                            reason)
                                    : reason);
                });
        waitingForSession.forEach(write -> write.completeExceptionally(reason));
        waitingForSession.clear();
    }

    private void forEach(Consumer<PendingWrite<?>> action) {
        for (long sequence = lowestUnanswered(); sequence < nextSequence; sequence++) {
            PendingWrite<R> write = own.get(slot(sequence));
            if (write != null) {
                action.accept(write);
            }
        }
        others.values().forEach(action);
    }

    private void forget(PendingWrite<?> write) {
        if (write.type == EntryType.OPEN_SESSION) {
            takeOpen(write.sequence);
        } else {
            take(write.session, write.sequence);
        }
    }

    // Outcomes, on the applier

    /** Takes out the write that an entry answers; null if nobody here waits for it. */
    @Nullable PendingWrite<R> take(long session, long sequence) {
        int slot = slot(sequence);
        PendingWrite<R> write = own.get(slot);
        if (write != null && write.session == session && write.sequence == sequence) {
            return own.remove(slot, write) ? write : null;
        }
        if (explicit.isEmpty()) {
            return null; // As on every node but the writer's own.
        }
        write = explicit.remove(new Key(session, sequence));
        if (write != null) {
            others.remove(write.requestId);
        }
        return write;
    }

    /**
     * A snapshot took the place of entries that this node never applied one by one; those of
     * waiting writes may be among them, so all are asked for again: a repeat is answered by what
     * the snapshot says of its session. Any thread.
     */
    void skippedEntries() {
        for (int slot = 0; slot < own.length(); slot++) {
            PendingWrite<R> write = own.get(slot);
            if (write != null) {
                write.entriesSkipped = true;
            }
        }
        group.execute(now -> forEach(write -> write.attemptTerm = -1));
    }

    @Nullable PendingWrite<Long> takeOpen(long nonce) {
        PendingWrite<Long> open = opens.remove(nonce);
        if (open != null) {
            others.remove(open.requestId);
        }
        return open;
    }

    /**
     * The entry of a write found its session gone. A write that the library numbered goes on in a
     * new session: it was not applied before, or this node, which applies every entry in order,
     * would have answered it; and it never will be under a session that is gone. Others may have
     * had attempts elsewhere, or among entries whose place a snapshot took.
     */
    void sessionGone(PendingWrite<R> write, String why) {
        group.execute(
                now -> {
                    if (write.session == ownSession) {
                        ownSession = 0;
                    }
                    if (write.entriesSkipped || write.requestId != (write.sequence << 1 | OWN)) {
                        write.completeExceptionally(new SessionExpiredException(why));
                        return;
                    }
                    write.session = PendingWrite.OWN_SESSION;
                    write.inDoubt = false;
                    submit(write, now);
                });
    }
}
