package io.jangada.raft.spi;

import java.util.List;

/**
 * The readable side of a group's log. Entries are readable as soon as {@link GroupLog#append}
 * returned, durable or not.
 *
 * <p><b>Threading.</b> The loop thread reads anything; the applier reads entries that are
 * committed, at the same time.
 *
 * <p><b>Ownership.</b> Lists and entries handed out are never modified by either side.
 *
 * <p><b>Ordering.</b> No holes from {@code firstIndex} to {@code lastIndex}.
 *
 * <p><b>Durability.</b> None promised by reading.
 *
 * <p><b>Failure.</b> {@link StoreException} if an entry that must be there cannot be read or fails
 * its checksum; the group then stops.
 */
public interface LogReader {
    /**
     * The first index still present.
     *
     * @return 1 unless a prefix was dropped
     */
    long firstIndex();

    /**
     * The last index present.
     *
     * @return {@code firstIndex() - 1} if the log is empty
     */
    long lastIndex();

    /**
     * The term of an entry. Cheap: answered from memory.
     *
     * @param index from {@code firstIndex() - 1} to {@code lastIndex()}; 0 has term 0
     * @return its term
     * @throws IndexOutOfBoundsException if the index is not in that range
     */
    long term(long index);

    /**
     * Entries in order.
     *
     * @param from first index, from {@code firstIndex()}
     * @param to last index, inclusive, to {@code lastIndex()}
     * @param bytesMax stop before the payloads exceed this, but return one entry at least
     * @return entries from {@code from} on, at least one
     * @throws IndexOutOfBoundsException if the range is empty or not within the log
     */
    List<LogEntry> entries(long from, long to, long bytesMax);

    /**
     * All entries of type {@link EntryType#MEMBERSHIP}, for recovery. Few.
     *
     * @return in order of index
     */
    List<LogEntry> membershipEntries();
}
