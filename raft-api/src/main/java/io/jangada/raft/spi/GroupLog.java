package io.jangada.raft.spi;

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
     * Gives the handle back; pending writes still become durable. The group can be opened again.
     */
    @Override
    void close();
}
