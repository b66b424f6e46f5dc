package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftAdmin;
import io.jangada.raft.api.RaftException;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.StateMachine;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** What those who run a group may ask of it on this node. Any thread. */
final class GroupAdmin<S extends StateMachine<C, R>, C, R> implements RaftAdmin {
    /** How long {@link #why} waits for a loop that may be the very thing in trouble. */
    private static final long WHY_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Replica<S, C, R> replica;
    private final GroupCore<S, C, R> core;
    private final Host host;

    GroupAdmin(Replica<S, C, R> replica, GroupCore<S, C, R> core, Host host) {
        this.replica = replica;
        this.core = core;
        this.host = host;
    }

    @Override
    public CompletableFuture<Void> transferLeadership(NodeId target) {
        if (!core.status().membership().isVoter(target)) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException(
                            "node "
                                    + target
                                    + " is not a voter of group "
                                    + core.id()
                                    + ": "
                                    + core.status().membership()));
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        return replica.offer(core.task(now -> core.transfer(target, done, now)), done);
    }

    /**
     * What this node knows may be old, so a wish that seems granted may not be: the present state
     * is asked for first.
     */
    @Override
    public CompletableFuture<Membership> change(MembershipChange change, Duration timeout) {
        long deadline = replica.deadline(timeout);
        Duration patience = host.config().requestTimeout();
        CompletableFuture<Membership> done = new CompletableFuture<>();
        replica.read(
                        ReadMode.INDEX,
                        timeout.compareTo(patience) < 0 ? timeout : patience,
                        machine -> true)
                .whenComplete(
                        (upToDate, failure) -> {
                            if (failure != null) {
                                done.completeExceptionally(failure);
                            } else {
                                core.execute(now -> core.change(change, done, now, deadline));
                            }
                        });
        return done;
    }

    @Override
    public CompletableFuture<Long> snapshot() {
        CompletableFuture<Long> done = new CompletableFuture<>();
        return replica.offer(core.task(now -> core.snapshot(done)), done);
    }

    @Override
    public SnapshotInfo backup(Path file) throws IOException {
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(
                    file.toString(), null, "a backup overwrites nothing: name another file");
        }
        join(replica.read(machine -> true));
        join(snapshot());
        try (SnapshotFile snapshot = core.snapshots().open()) {
            return BackupFile.write(file, core.id(), snapshot).info();
        }
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public String why() {
        RaftException stopped = core.stopped();
        if (stopped != null) {
            return String.valueOf(stopped.getMessage());
        }
        CompletableFuture<String> words = new CompletableFuture<>();
        core.execute(now -> words.complete(core.explain(now)));
        return host.environment().await(words, WHY_PATIENCE_NANOS)
                ? words.join()
                : "the loop of node "
                        + host.node()
                        + " is held up: it answered nothing for a second";
    }
}
