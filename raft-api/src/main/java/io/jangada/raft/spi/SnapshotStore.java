package io.jangada.raft.spi;

import java.util.Optional;

/**
 * The snapshots of one group on one node; kept apart from the log, and opened with it.
 *
 * <p><b>Threading.</b> Any thread, concurrently. Everything but {@link #latest} may block on the
 * disk, so it is not for a loop thread. One {@link SnapshotSink} is open at a time for what is
 * taken here, and one for what comes from elsewhere.
 *
 * <p><b>Ownership.</b> Whoever opens a file or a sink closes it. A file that was opened stays
 * readable after newer ones have replaced it.
 *
 * <p><b>Ordering.</b> {@link #latest} never falls back to an older index.
 *
 * <p><b>Durability.</b> A snapshot becomes visible by write to a temporary name, sync, rename, sync
 * of the folder (rule Z32). The one before it is kept until then.
 *
 * <p><b>Failure.</b> {@link StoreException} that names the file. A failed sink leaves the latest
 * snapshot as it was.
 */
public interface SnapshotStore {
    /**
     * The newest durable snapshot.
     *
     * @return empty if there is none
     */
    Optional<SnapshotInfo> latest();

    /**
     * Opens the newest durable snapshot for reading.
     *
     * @return the open file
     * @throws StoreException if there is none, or it cannot be read
     */
    SnapshotFile open();

    /**
     * Begins a snapshot of this node's own state.
     *
     * @param meta what it stands for
     * @return where its content goes
     */
    SnapshotSink create(SnapshotMeta meta);

    /**
     * Begins or resumes a snapshot that another node sends. What an earlier sink for the same
     * {@code info} took is kept, so {@link SnapshotSink#position()} may be positive; what was taken
     * for another one is dropped.
     *
     * @param info what is to come
     * @return where its content goes
     */
    SnapshotSink receive(SnapshotInfo info);
}
