package io.jangada.raft.api;

import io.jangada.raft.spi.StateMachine;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** The only group of a host that nobody else holds: closing it closes the host. */
record OwningGroup<S extends StateMachine<C, R>, C, R>(RaftHost host, RaftGroup<S, C, R> group)
        implements RaftGroup<S, C, R> {
    @Override
    public GroupId id() {
        return group.id();
    }

    @Override
    public CompletableFuture<R> write(C command) {
        return group.write(command);
    }

    @Override
    public CompletableFuture<R> write(C command, Duration timeout) {
        return group.write(command, timeout);
    }

    @Override
    public CompletableFuture<Long> openSession() {
        return group.openSession();
    }

    @Override
    public CompletableFuture<R> write(long session, long sequence, C command) {
        return group.write(session, sequence, command);
    }

    @Override
    public <T> CompletableFuture<T> read(Function<? super S, ? extends T> query) {
        return group.read(query);
    }

    @Override
    public <T> CompletableFuture<T> read(ReadMode mode, Function<? super S, ? extends T> query) {
        return group.read(mode, query);
    }

    @Override
    public <T> CompletableFuture<T> read(
            ReadMode mode, Duration timeout, Function<? super S, ? extends T> query) {
        return group.read(mode, timeout, query);
    }

    @Override
    public <T> T readNow(Function<? super S, ? extends T> query) {
        return group.readNow(query);
    }

    @Override
    public GroupStatus status() {
        return group.status();
    }

    @Override
    public RaftAdmin admin() {
        return group.admin();
    }

    @Override
    public Subscription events(Consumer<? super RaftEvent> listener) {
        return group.events(listener);
    }

    @Override
    public void close() {
        host.close();
    }
}
