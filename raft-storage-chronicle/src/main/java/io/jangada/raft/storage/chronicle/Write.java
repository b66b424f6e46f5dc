package io.jangada.raft.storage.chronicle;

import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Something that waits for the writer. */
sealed interface Write {
    /** A call of {@link io.jangada.raft.spi.GroupLog#append}. */
    final class Append implements Write {
        final GroupHandle handle;
        final long writeSequence;
        final @Nullable HardState hardState;

        /** The first index that this write truncates, or 0. */
        final long truncatesFrom;

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
            this.handle = handle;
            this.writeSequence = writeSequence;
            this.hardState = hardState;
            this.truncatesFrom = truncatesFrom;
            this.entries = entries;
            lastIndex = entries.isEmpty() ? 0 : entries.get(entries.size() - 1).index();
            long sum = 0;
            for (LogEntry entry : entries) {
                sum += entry.payloadBytes() + EntryCache.BYTES_PER_ENTRY;
            }
            bytes = sum;
        }
    }

    /** A record without entries, or none, and somebody who may wait for it. */
    final class Control implements Write {
        /** Null to write nothing: {@code done} then says that all before it is durable. */
        final @Nullable RecordType type;

        /** The group, null for the store's own records. */
        final @Nullable GroupMark mark;

        final byte[] payload;

        /** Completes when the record is durable, with all before it. */
        final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();

        Control(@Nullable RecordType type, @Nullable GroupMark mark, byte[] payload) {
            this.type = type;
            this.mark = mark;
            this.payload = payload;
        }
    }
}
