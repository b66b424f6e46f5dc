package io.jangada.raft.spi;

import io.jangada.raft.api.GroupId;
import java.util.Objects;
import java.util.Optional;

/**
 * One record of a log on disk, or a place where one is missing.
 *
 * @param segment the number of the segment
 * @param file the name of its file
 * @param offset where it begins in the file
 * @param bytes its length on disk; 0 if nothing of it was found
 * @param kind what it is, in lower-case words: {@code entry}, {@code hard state}, {@code
 *     truncation}, and so on; {@code damage} for a place where records are missing
 * @param group whose it is; empty for records of the store itself
 * @param sequence its number in the store, 1, 2, 3, …; of a damage the first one missing
 * @param index the entry's, or what the record is about; 0 if it has none
 * @param term the term in it; 0 if it has none
 * @param clusterTimeMillis the entry's cluster time; 0 of other records
 * @param payloadBytes the size of its content
 * @param text more about it in words, perhaps empty: the kind of entry, a vote, a membership
 * @param problem what is wrong, in words; empty for a record with a good checksum in its place
 */
public record StoredRecord(
        int segment,
        String file,
        long offset,
        int bytes,
        String kind,
        Optional<GroupId> group,
        long sequence,
        long index,
        long term,
        long clusterTimeMillis,
        int payloadBytes,
        String text,
        Optional<String> problem) {
    /** Checks that nothing is missing. */
    public StoredRecord {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(problem, "problem");
    }
}
