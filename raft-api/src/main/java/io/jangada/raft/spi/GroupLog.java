package io.jangada.raft.spi;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The durable log and hard state of one group, a handle on the host's {@link LogStore}.
 *
 * <p><b>Threading.</b> {@code append} and {@code close} are called by the group's loop thread only.
 * For reading see {@link LogReader}. The {@link WriteListener} may be called on any thread.
 *
 * <p><b>Ownership.</b> Entries passed in are never modified by either side; the list belongs to the
 * store.
 *
 * <p><b>Ordering.</b> Writes take effect in call order, and are confirmed in call order. Hard state
 * and entries of one write become durable together. The log has no holes.
 *
 * <p><b>Durability.</b> A confirmed write survives process kill and power loss. Before that nothing
 * may be assumed, except that its entries are readable at once.
 *
 * <p><b>Failure.</b> A failed write is final for the store: the listener is told once, every later
 * {@code append} throws, and the store must be opened anew to recover. A torn last write is cut off
 * on open; damage before it is reported, never skipped.
 */
public interface GroupLog extends LogReader, AutoCloseable {
    /**
     * What was durable when the log was opened.
     *
     * @return the recovered hard state, {@link HardState#INITIAL} if none was written
     */
    HardState hardState();

    /**
     * For how long nobody else can have used this log: since the store was locked, or since whoever
     * had the log open before closed it. What that one promised its leader has then been binding
     * for at least so long (rule Z23), so a node that took long to open need not wait once more. A
     * store that does not know says {@link Duration#ZERO}, which is always safe.
     *
     * @return never more than it was, measured with {@link System#nanoTime()}
     */
    default Duration heldFor() {
        return Duration.ZERO;
    }

    /**
     * Starts one write; never blocks on the disk. Entries that begin at or below {@code
     * lastIndex()} replace everything from there on: that truncation is part of the write.
     *
     * @param writeSequence positive, growing from call to call; named when the write is confirmed
     * @param hardState the new hard state, or null to keep the last one
     * @param entries consecutive entries, the first at most {@code lastIndex() + 1}; may be empty
     * @throws IllegalArgumentException if entries are not consecutive, leave a hole, begin below
     *     {@code firstIndex()}, or one exceeds {@link LogStore#entryBytesMax()}
     * @throws StoreException if the store has failed or is closed
     */
    void append(long writeSequence, @Nullable HardState hardState, List<LogEntry> entries);

    /**
     * Forgets the entries up to an index, since a durable snapshot holds what they did. They are
     * unreadable at once and gone from the disk some time later; a crash in between may bring them
     * back. {@code firstIndex()} is {@code index + 1} afterwards, and {@code term(index)} stays
     * known. Never blocks on the disk. Does nothing if the log begins later already.
     *
     * @param index at most {@code lastIndex()}
     * @throws StoreException if the store has failed or is closed
     */
    void compact(long index);

    /**
     * Starts one write after which the log is empty and goes on behind a snapshot: {@code
     * firstIndex()} is {@code index + 1}, {@code lastIndex()} is {@code index} and {@code
     * term(index)} is {@code term}, at once. In order with the writes of {@link #append}, and
     * durable when confirmed.
     *
     * @param writeSequence as in {@link #append}
     * @param hardState the new hard state, or null to keep the last one
     * @param index the snapshot's last entry, positive
     * @param term that entry's term
     * @throws StoreException if the store has failed or is closed
     */
    void reset(long writeSequence, @Nullable HardState hardState, long index, long term);

    /**
     * The snapshots of this group.
     *
     * @return the same object each time
     */
    SnapshotStore snapshots();

    /**
     * Whether this copy was damaged and is being made good from the peers: it was opened by {@link
     * LogStore#openForRebuild} in this life or an earlier one, and {@link #rebuilt} did not follow.
     * Such a log begins empty, with its hard state intact.
     *
     * @return true until the group is whole again
     */
    default boolean rebuilding() {
        return false;
    }

    /** Notes that the group is whole again; durable before the next confirmed write. */
    void rebuilt();

    /**
     * Gives the handle back; pending writes still become durable. The group can be opened again.
     */
    @Override
    void close();
}
