package io.jangada.examples.kv;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.GroupStatus;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.OutcomeUnknownException;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftAdmin;
import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.RaftHost;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.Role;
import io.jangada.raft.api.SessionExpiredException;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A cluster of one that needs no cluster: applies at once, and fails or waits when it is told to.
 * Commands and results pass through their codecs, as they would on the way through a log.
 */
public final class FakeGroup implements RaftGroup<KvStateMachine, KvCommand, KvResult> {
    private final KvStateMachine machine = new KvStateMachine();
    private final List<KvCommand> proposed = new ArrayList<>();
    private final List<ReadMode> reads = new ArrayList<>();
    private final List<Runnable> held = new ArrayList<>();
    private final Map<Long, Map<Long, KvResult>> sessions = new HashMap<>();
    private OptionalInt installing = OptionalInt.empty();
    private final AtomicInteger changes = new AtomicInteger();
    private Membership membership =
            Membership.ofVoters(List.of(Member.parse("n1=h1:7001"), Member.parse("n2=h2:7002")));
    private Supplier<RuntimeException> failure;
    private boolean holding;
    private long index;

    /** All later calls fail so, without effect; null ends it. */
    public synchronized void failWith(Supplier<RuntimeException> newFailure) {
        failure = newFailure;
    }

    /** Later calls take effect only when {@link #release()} is called; local reads do at once. */
    public synchronized void hold() {
        holding = true;
    }

    /** What was held back happens now, in order. */
    public void release() {
        List<Runnable> now;
        synchronized (this) {
            holding = false;
            now = List.copyOf(held);
            held.clear();
        }
        now.forEach(Runnable::run);
    }

    /** How many calls are held back. */
    public synchronized int heldCount() {
        return held.size();
    }

    /** What was proposed, in order. */
    public synchronized List<KvCommand> proposed() {
        return List.copyOf(proposed);
    }

    /** The modes of all reads, in order. */
    public synchronized List<ReadMode> reads() {
        return List.copyOf(reads);
    }

    /** The one state machine. */
    public KvStateMachine machine() {
        return machine;
    }

    @Override
    public GroupId id() {
        return Raft.DEFAULT_GROUP;
    }

    @Override
    public CompletableFuture<KvResult> write(KvCommand command) {
        return write(command, Duration.ofSeconds(5));
    }

    @Override
    public CompletableFuture<KvResult> write(KvCommand command, Duration timeout) {
        return perform(() -> apply(command));
    }

    @Override
    public CompletableFuture<Long> openSession() {
        return perform(
                () -> {
                    long id = ++index;
                    sessions.put(id, new HashMap<>());
                    return id;
                });
    }

    @Override
    public CompletableFuture<KvResult> write(long session, long sequence, KvCommand command) {
        return perform(
                () -> {
                    Map<Long, KvResult> replies = sessions.get(session);
                    if (replies == null) {
                        throw new SessionExpiredException("session " + session + " is gone");
                    }
                    return replies.computeIfAbsent(sequence, first -> apply(command));
                });
    }

    /** Forgets a session, as time would. */
    public synchronized void expire(long session) {
        sessions.remove(session);
    }

    @Override
    public <T> CompletableFuture<T> read(Function<? super KvStateMachine, ? extends T> query) {
        return read(ReadMode.INDEX, query);
    }

    @Override
    public <T> CompletableFuture<T> read(
            ReadMode mode, Function<? super KvStateMachine, ? extends T> query) {
        return read(mode, Duration.ofSeconds(5), query);
    }

    @Override
    public <T> CompletableFuture<T> read(
            ReadMode mode, Duration timeout, Function<? super KvStateMachine, ? extends T> query) {
        synchronized (this) {
            reads.add(mode);
        }
        if (mode.equals(ReadMode.LOCAL)) {
            return CompletableFuture.completedFuture(query.apply(machine));
        }
        return perform(() -> query.apply(machine));
    }

    @Override
    public <T> T readNow(Function<? super KvStateMachine, ? extends T> query) {
        return this.<T>read(ReadMode.LEASE, query).join();
    }

    @Override
    public synchronized GroupStatus status() {
        return new GroupStatus(
                id(),
                NodeId.of("n1"),
                Role.LEADER,
                3,
                Optional.of(NodeId.of("n1")),
                index,
                index,
                1,
                index,
                membership,
                Optional.empty(),
                0,
                installing);
    }

    @Override
    public RaftAdmin admin() {
        return new FakeAdmin();
    }

    /** Changes happen at once; a backup holds the saved map and nothing else. */
    private final class FakeAdmin implements RaftAdmin {
        @Override
        public CompletableFuture<Void> transferLeadership(NodeId target) {
            return target.value().startsWith("n")
                    ? perform(() -> null)
                    : CompletableFuture.failedFuture(
                            new IllegalArgumentException(target + " is not a voter"));
        }

        @Override
        public CompletableFuture<Membership> change(MembershipChange change, Duration timeout) {
            changes.incrementAndGet();
            return perform(
                    () -> {
                        try {
                            membership = change.appliedTo(membership);
                        } catch (IllegalArgumentException e) {
                            throw new RejectedException.MembershipRefused(e.getMessage());
                        }
                        return membership;
                    });
        }

        @Override
        public CompletableFuture<Long> snapshot() {
            return perform(() -> index);
        }

        @Override
        public SnapshotInfo backup(Path file) throws IOException {
            perform(() -> null).join();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            machine.save(new SnapshotWriter(bytes));
            Files.write(file, bytes.toByteArray(), StandardOpenOption.CREATE_NEW);
            return new SnapshotInfo(
                    new SnapshotMeta(Math.max(1, index), 3, 0, 0, membership),
                    bytes.size(),
                    "0".repeat(64));
        }

        @Override
        public String why() {
            return "a fake waits for nothing";
        }
    }

    /** From now on a snapshot comes in, or none does when empty. */
    public synchronized void installing(OptionalInt percent) {
        installing = percent;
    }

    /** How many changes of membership were asked for. */
    public int changes() {
        return changes.get();
    }

    @Override
    public Subscription events(Consumer<? super RaftEvent> listener) {
        return () -> {};
    }

    @Override
    public RaftHost host() {
        throw new UnsupportedOperationException("a fake has no host");
    }

    @Override
    public void close() {
        failWith(() -> new RejectedException.Closed("closed", null));
    }

    /** The failures that a caller must tell apart. */
    public static Map<String, RuntimeException> failures() {
        return Map.of(
                "no leader", new RejectedException.NoLeader("no leader", NodeId.of("n2")),
                "overloaded", new RejectedException.Overloaded("too much"),
                "refused", new RejectedException.MembershipRefused("not now"),
                "too large", new RejectedException.TooLarge("too large"),
                "closed", new RejectedException.Closed("closed", null),
                "unknown", new OutcomeUnknownException("who knows", null),
                "expired", new SessionExpiredException("expired"),
                "a bug", new IllegalStateException("a bug"));
    }

    private synchronized KvResult apply(KvCommand command) {
        KvCommand logged = KvCommand.CODEC.decode(ByteBuffer.wrap(KvCommand.CODEC.encode(command)));
        proposed.add(logged);
        index++;
        KvResult result = machine.apply(logged, new Applied(index, 3, 0));
        return KvResult.CODEC.decode(ByteBuffer.wrap(KvResult.CODEC.encode(result)));
    }

    private <T> CompletableFuture<T> perform(Supplier<T> action) {
        CompletableFuture<T> future = new CompletableFuture<>();
        Runnable performed =
                () -> {
                    try {
                        future.complete(attempt(action));
                    } catch (RuntimeException e) {
                        future.completeExceptionally(e);
                    }
                };
        synchronized (this) {
            if (holding) {
                held.add(performed);
                return future;
            }
        }
        performed.run();
        return future;
    }

    private synchronized <T> T attempt(Supplier<T> action) {
        if (failure != null) {
            throw failure.get();
        }
        return action.get();
    }
}
