package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Something that waits for the writer. */
sealed interface Write {
    /** Completes when this is durable, with all before it; null if nobody waits for that. */
    default @Nullable CompletableFuture<@Nullable Void> done() {
        return null;
    }

    /** How many entries it brings; none for what is not about entries. */
    default int entryCount() {
        return 0;
    }

    /**
     * A call of {@link io.jangada.raft.spi.GroupLog#append} or {@link
     * io.jangada.raft.spi.GroupLog#reset}.
     */
    final class Append implements Write {
        final GroupHandle handle;
        final long writeSequence;
        final @Nullable HardState hardState;

        /** The first index that this write truncates, or 0. */
        final long truncatesFrom;

        /** Where the log goes on after it was emptied, or null. */
        final @Nullable Mark reset;

        /** Emptied when the write is durable, so that only the group's memory holds the entries. */
        List<LogEntry> entries;

        /** Highest index, and bytes, of the entries. */
        final long lastIndex;

        final long bytes;

        Append(
                GroupHandle handle,
                long writeSequence,
                @Nullable HardState hardState,
                long truncatesFrom,
                List<LogEntry> entries) {
            this(handle, writeSequence, hardState, truncatesFrom, null, entries);
        }

        Append(GroupHandle handle, long writeSequence, @Nullable HardState hardState, Mark reset) {
            this(handle, writeSequence, hardState, 0, reset, List.of());
        }

        private Append(
                GroupHandle handle,
                long writeSequence,
                @Nullable HardState hardState,
                long truncatesFrom,
                @Nullable Mark reset,
                List<LogEntry> entries) {
            this.handle = handle;
            this.writeSequence = writeSequence;
            this.hardState = hardState;
            this.truncatesFrom = truncatesFrom;
            this.reset = reset;
            this.entries = entries;
            lastIndex = entries.isEmpty() ? 0 : entries.get(entries.size() - 1).index();
            long sum = 0;
            for (LogEntry entry : entries) {
                sum += entry.payloadBytes() + EntryCache.BYTES_PER_ENTRY;
            }
            bytes = sum;
        }

        @Override
        public int entryCount() {
            return entries.size();
        }
    }

    /**
     * A record of a group that is an index and its term and nothing else: where its log begins, or
     * that it is whole again.
     */
    record Mark(RecordType type, GroupMark mark, long index, long term) implements Write {}

    /** A record without entries, or none, and somebody who waits for it. */
    final class Control implements Write {
        /** Null to write nothing: {@code done} then says that all before it is durable. */
        final @Nullable RecordType type;

        /** The group, null for the store's own records. */
        final @Nullable GroupMark mark;

        final byte[] payload;
        private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();

        Control(@Nullable RecordType type, @Nullable GroupMark mark, byte[] payload) {
            this.type = type;
            this.mark = mark;
            this.payload = payload;
        }

        @Override
        public CompletableFuture<@Nullable Void> done() {
            return done;
        }
    }

    /** A live entry, and where it stands. */
    record Move(GroupState state, LogEntry entry, long from) {}

    /** Live entries to be written once more, so that the segment they stand in can go. */
    record Rewrite(List<Move> moves, CompletableFuture<@Nullable Void> done) implements Write {}

    /** Segments that nothing needs: recovery must not miss them. */
    record Drop(Set<Integer> segments, CompletableFuture<@Nullable Void> done) implements Write {}
}
