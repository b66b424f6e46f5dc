package io.jangada.examples.kv;

import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftEvent.SnapshotProgress;
import io.jangada.raft.api.RaftGroup;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Remembers how far a snapshot that this node gets from another one has come, for those who ask. Any
 * thread.
 */
public final class Installs implements AutoCloseable {
    /** After this long without news the transfer was given up, or has ended in another way. */
    private static final Duration NEWS = Duration.ofSeconds(15);

    private final RaftGroup.Subscription subscription;
    private volatile @Nullable Seen last;

    private record Seen(SnapshotProgress progress, long nanos) {}

    private Installs(RaftGroup<?, ?, ?> group) {
        this.subscription = group.events(this::see);
    }

    /**
     * Watches a group until it is closed.
     *
     * @param group the group
     * @return the watcher
     */
    public static Installs watch(RaftGroup<?, ?, ?> group) {
        return new Installs(group);
    }

    /**
     * The snapshot that is coming in.
     *
     * @return for example {@code index 120000 from n1: 42 % of 1073741824 bytes}; empty if none is
     */
    public Optional<String> underWay() {
        Seen seen = last;
        if (seen == null
                || seen.progress.installed()
                || System.nanoTime() - seen.nanos > NEWS.toNanos()) {
            return Optional.empty();
        }
        SnapshotProgress progress = seen.progress;
        long total = Math.max(1, progress.totalBytes());
        return Optional.of(
                "index %d from %s: %d %% of %d bytes"
                        .formatted(
                                progress.index(),
                                progress.from(),
                                100 * progress.bytes() / total,
                                progress.totalBytes()));
    }

    @Override
    public void close() {
        subscription.close();
    }

    private void see(RaftEvent event) {
        if (event instanceof SnapshotProgress progress) {
            last = new Seen(progress, System.nanoTime());
        }
    }
}
