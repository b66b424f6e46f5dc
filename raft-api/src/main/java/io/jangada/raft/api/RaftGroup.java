package io.jangada.raft.api;

import io.jangada.raft.spi.StateMachine;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One replicated state machine as seen from this node.
 *
 * <p>All methods may be called from any thread and return at once. Futures complete on the group's
 * applier thread (or on the caller's): dependent stages must not block, or use the {@code Async}
 * forms. A future that fails does so with a {@link RaftException}, or, for a read, with whatever
 * the query itself threw.
 *
 * @param <S> the state machine
 * @param <C> its commands
 * @param <R> its results
 */
public interface RaftGroup<S extends StateMachine<C, R>, C, R> extends AutoCloseable {
    /**
     * The group.
     *
     * @return its id
     */
    GroupId id();

    /**
     * Replicates and applies a command exactly once, from any node: forwarded to the leader,
     * retried across changes of leadership within a session that the library keeps (thesis §6.3).
     * Waits at most {@link RaftConfig#requestTimeout()}.
     *
     * @param command the command; must not change until the future is done
     * @return the result of {@link StateMachine#apply}; fails with {@link RejectedException} or
     *     {@link OutcomeUnknownException}
     */
    CompletableFuture<R> write(C command);

    /**
     * As {@link #write(Object)} with a time limit of its own.
     *
     * @param command the command
     * @param timeout how long to wait, positive
     * @return as {@link #write(Object)}
     */
    CompletableFuture<R> write(C command, Duration timeout);

    /**
     * Opens a session for a client that keeps its own sequence numbers, for example across its
     * restarts or over several nodes.
     *
     * @return the session's id, never reused; it expires after {@link RaftConfig#sessionTimeout()}
     *     without a write
     */
    CompletableFuture<Long> openSession();

    /**
     * Applies a command at most once per (session, sequence), however often it is sent; a repeat
     * gets the first reply again.
     *
     * @param session an id from {@link #openSession()}
     * @param sequence not negative, growing; at most {@link RaftConfig#sessionWindow()} behind the
     *     highest one used
     * @param command the command
     * @return as {@link #write(Object)}, and {@link SessionExpiredException} if the session or the
     *     kept reply is gone
     */
    CompletableFuture<R> write(long session, long sequence, C command);

    /**
     * Linearizable read, on any node: {@link ReadMode#INDEX}.
     *
     * @param query a function of the state machine; it runs between two applies (or concurrently if
     *     the machine is a {@link io.jangada.raft.spi.ConcurrentReads}), changes nothing and lets
     *     nothing mutable escape
     * @param <T> the type of answer
     * @return the answer; fails with {@link RejectedException}, or with what the query threw
     */
    <T> CompletableFuture<T> read(Function<? super S, ? extends T> query);

    /**
     * Read of a chosen freshness.
     *
     * @param mode how fresh
     * @param query as for {@link #read(Function)}
     * @param <T> the type of answer
     * @return as {@link #read(Function)}
     */
    <T> CompletableFuture<T> read(ReadMode mode, Function<? super S, ? extends T> query);

    /**
     * Read of a chosen freshness with a time limit of its own.
     *
     * @param mode how fresh
     * @param timeout how long to wait, positive
     * @param query as for {@link #read(Function)}
     * @param <T> the type of answer
     * @return as {@link #read(Function)}
     */
    <T> CompletableFuture<T> read(
            ReadMode mode, Duration timeout, Function<? super S, ? extends T> query);

    /**
     * {@link ReadMode#LEASE} for callers that want the answer at once. Where the lease holds, the
     * machine is a {@link io.jangada.raft.spi.ConcurrentReads} and has applied what is committed,
     * the query runs on the caller's thread, without a lock and without allocating; otherwise the
     * call blocks as {@code read(ReadMode.LEASE, query).get()} would, so it does not belong into a
     * completion of a future of this group.
     *
     * @param query as for {@link #read(Function)}
     * @param <T> the type of answer
     * @return the answer
     * @throws RejectedException as {@link #read(Function)}; also throws what the query throws
     */
    <T> T readNow(Function<? super S, ? extends T> query);

    /**
     * What this node knows of the group now.
     *
     * @return a consistent picture, possibly some microseconds old
     */
    GroupStatus status();

    /**
     * Operations for those who run the group.
     *
     * @return the admin view
     */
    RaftAdmin admin();

    /**
     * Delivers every later {@link RaftEvent} of this group, in order, from one thread at a time.
     *
     * @param listener must not block; what it throws is logged and otherwise ignored
     * @return close it to stop listening
     */
    Subscription events(Consumer<? super RaftEvent> listener);

    /**
     * The node that carries this group.
     *
     * @return the host
     */
    RaftHost host();

    /**
     * Stops the group on this node: hands leadership over if it leads (waiting at most one election
     * timeout), fails what is pending, and, if the group was started by {@link RaftBuilder#start},
     * closes its host. Calling it again does nothing.
     */
    @Override
    void close();

    /** A running delivery of events. */
    interface Subscription extends AutoCloseable {
        /** Stops the delivery. */
        @Override
        void close();
    }
}
