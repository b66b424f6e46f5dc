package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.GroupStatus;
import io.jangada.raft.api.RaftAdmin;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftException;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.RaftHost;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.spi.ConcurrentReads;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.StateMachine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One group on this node, as its callers see it: turns calls into tasks of the loop, and answers
 * from published facts what needs no loop.
 */
final class Replica<S extends StateMachine<C, R>, C, R> implements RaftGroup<S, C, R> {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final Host host;
    private final GroupId id;
    private final S machine;
    private final Codec<C> commands;
    private final RaftConfig config;
    private final Environment environment;
    private final GroupLoop loop;
    private final GroupCore<S, C, R> core;
    private final boolean concurrentReads;
    private final RaftAdmin admin;

    Replica(Host host, S machine, Codec<C> commands, GroupLoop loop, GroupCore<S, C, R> core) {
        this.host = host;
        this.id = core.id();
        this.machine = machine;
        this.commands = commands;
        this.config = host.config();
        this.environment = host.environment();
        this.loop = loop;
        this.core = core;
        this.concurrentReads = machine instanceof ConcurrentReads;
        this.admin = new GroupAdmin<>(this, core, host);
    }

    @Override
    public GroupId id() {
        return id;
    }

    @Override
    public RaftHost host() {
        return host;
    }

    // Writes

    @Override
    public CompletableFuture<R> write(C command) {
        return write(command, config.requestTimeout());
    }

    @Override
    public CompletableFuture<R> write(C command, Duration timeout) {
        return submit(command, PendingWrite.OWN_SESSION, 0, timeout);
    }

    @Override
    public CompletableFuture<R> write(long session, long sequence, C command) {
        if (session <= 0 || sequence < 0) {
            throw new IllegalArgumentException(
                    "session "
                            + session
                            + " and sequence "
                            + sequence
                            + " must be positive, the sequence at least 0");
        }
        return submit(command, session, sequence, config.requestTimeout());
    }

    private CompletableFuture<R> submit(C command, long session, long sequence, Duration timeout) {
        byte[] content = commands.encode(command);
        if (content.length > config.entryBytesMax() - CommandEnvelope.HEADER_BYTES) {
            return CompletableFuture.failedFuture(
                    new RejectedException.TooLarge(
                            "the command takes "
                                    + content.length
                                    + " bytes, more than entryBytesMax "
                                    + config.entryBytesMax()
                                    + " less "
                                    + CommandEnvelope.HEADER_BYTES));
        }
        PendingWrite<R> write =
                new PendingWrite<>(
                        core.writes(),
                        EntryType.COMMAND,
                        content,
                        session,
                        sequence,
                        deadline(timeout));
        return offer(write, write);
    }

    @Override
    public CompletableFuture<Long> openSession() {
        PendingWrite<Long> open = core.writes().newOpen(deadline(config.requestTimeout()));
        return offer(open, open);
    }

    /** Leaves a task for the loop, or fails the future of who waits for it. */
    <T> CompletableFuture<T> offer(LoopTask task, CompletableFuture<T> future) {
        RaftException stopped = core.stopped();
        if (stopped != null) {
            future.completeExceptionally(stopped);
        } else if (!loop.offer(task)) {
            future.completeExceptionally(
                    new RejectedException.Overloaded(
                            "the loop's mailbox is full: mailboxCapacity is reached"));
        }
        return future;
    }

    /** When a call that begins now is late. */
    long deadline(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout " + timeout + " is not positive");
        }
        return environment.nanoTime() + nanos(timeout);
    }

    /** As good as for ever is longer than a clock can add. */
    private static long nanos(Duration duration) {
        return duration.compareTo(LONGEST) < 0 ? duration.toNanos() : LONGEST.toNanos();
    }

    // Reads

    @Override
    public <T> CompletableFuture<T> read(Function<? super S, ? extends T> query) {
        return read(ReadMode.INDEX, query);
    }

    @Override
    public <T> CompletableFuture<T> read(ReadMode mode, Function<? super S, ? extends T> query) {
        return read(mode, config.requestTimeout(), query);
    }

    @Override
    public <T> CompletableFuture<T> read(
            ReadMode mode, Duration timeout, Function<? super S, ? extends T> query) {
        PendingRead<S, T> read = new PendingRead<>(core.reads(), query, deadline(timeout));
        RaftException stopped = core.stopped();
        if (stopped != null) {
            read.completeExceptionally(stopped);
            return read;
        }
        long index = indexKnownFor(mode);
        if (index < 0) {
            return offer(read, read);
        }
        if (concurrentReads && core.isReadable(index)) {
            read.answer(machine);
            return read;
        }
        core.readAt(index, read);
        return read;
    }

    @Override
    public <T> T readNow(Function<? super S, ? extends T> query) {
        if (concurrentReads && core.stopped() == null) {
            long index = leaseIndex();
            if (index >= 0 && core.isReadable(index)) {
                return query.apply(machine);
            }
        }
        try {
            return this.<T>read(ReadMode.LEASE, query).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** The index that a read may use without asking anyone; -1 if it must ask. */
    private long indexKnownFor(ReadMode mode) {
        if (mode instanceof ReadMode.Local) {
            return 0;
        }
        if (mode instanceof ReadMode.AtLeast atLeast) {
            return atLeast.index();
        }
        if (mode instanceof ReadMode.Lease) {
            return leaseIndex();
        }
        if (mode instanceof ReadMode.StaleFor staleFor) {
            Reads.Freshness known = core.reads().freshness();
            if (known != null
                    && environment.nanoTime() - known.askedNanos() <= nanos(staleFor.age())) {
                return known.readIndex();
            }
            return leaseIndex();
        }
        return -1;
    }

    /**
     * Thesis §6.4.1, Z24: the clock is read here, now, after the request came; the commit index is
     * the one of this moment. Whatever pause follows, no later leader had committed anything before
     * it.
     */
    private long leaseIndex() {
        CoreStatus now = core.status();
        return now.leaseEndNanos() != Long.MIN_VALUE && environment.nanoTime() < now.leaseEndNanos()
                ? now.commitIndex()
                : -1;
    }

    // Seeing and operating

    @Override
    public GroupStatus status() {
        CoreStatus now = core.status();
        RaftException stopped = core.stopped();
        return new GroupStatus(
                id,
                host.node(),
                stopped == null ? now.role() : io.jangada.raft.api.Role.STOPPED,
                now.currentTerm(),
                stopped == null ? Optional.ofNullable(now.leader()) : Optional.empty(),
                now.commitIndex(),
                core.appliedIndex(),
                now.firstIndex(),
                now.lastIndex(),
                now.membership(),
                Optional.ofNullable(stopped).map(RaftException::getMessage),
                now.snapshotIndex(),
                core.installingPercent());
    }

    @Override
    public RaftAdmin admin() {
        return admin;
    }

    @Override
    public Subscription events(Consumer<? super RaftEvent> listener) {
        return core.events().subscribe(listener);
    }

    GroupCore<S, C, R> core() {
        return core;
    }

    @Override
    public void close() {
        host.closeGroup(this);
    }
}
