package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.impl.core.Ready;
import io.jangada.raft.impl.core.Ready.Outbound;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.SnapshotInfo;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The only place where a core's decisions become effects. Starts the write, then sends what does
 * not rest on it alongside (thesis §10.2.1), and holds back what does until the disk has confirmed:
 * votes, vote requests and append acks state facts that a crash must not take back (I12).
 */
final class ReadyRunner {
    private final GroupId group;
    private final GroupLog log;
    private final PeerOutbox outbox;

    /** Messages that rest on writes under way, in order. */
    private final Deque<Outbound> held = new ArrayDeque<>();

    private long persistedSequence;

    /** The latest term that was given to the disk, durable or not. */
    private long currentTerm;

    ReadyRunner(GroupId group, GroupLog log, PeerOutbox outbox) {
        this.group = group;
        this.log = log;
        this.outbox = outbox;
    }

    void run(Ready ready, Applier<?, ?, ?> applier) {
        SnapshotInfo load = ready.load();
        if (load != null) {
            applier.load(load.meta().index()); // Before the entries go that it would apply else.
        }
        Ready.Reset reset = ready.reset();
        if (reset != null) {
            observe(reset.hardState());
            log.reset(reset.writeSequence(), reset.hardState(), reset.index(), reset.term());
        }
        if (ready.writeSequence() > 0) {
            observe(ready.hardState());
            log.append(ready.writeSequence(), ready.hardState(), ready.entries());
        }
        for (Outbound message : ready.messages()) {
            if (message.afterWrite() <= persistedSequence) {
                send(message);
            } else {
                held.addLast(message);
            }
        }
        if (ready.rebuilt()) {
            log.rebuilt();
        }
        applier.applyTo(ready.applyTo());
    }

    long persistedSequence() {
        return persistedSequence;
    }

    /** Lets go what rested on writes up to this one. */
    void persisted(long writeSequence) {
        persistedSequence = Math.max(persistedSequence, writeSequence);
        for (int count = held.size(); count > 0; count--) {
            Outbound message = held.removeFirst();
            if (message.afterWrite() <= persistedSequence) {
                send(message);
            } else {
                held.addLast(message);
            }
        }
    }

    private void observe(@Nullable HardState hardState) {
        if (hardState != null) {
            currentTerm = hardState.currentTerm();
        }
    }

    /**
     * Not what was said in an earlier term: it would leave with the write that may already replace
     * the entries it acknowledges.
     */
    private void send(Outbound message) {
        if (message.message().term() >= currentTerm) {
            outbox.add(message.to(), group, message.message());
        }
    }
}
