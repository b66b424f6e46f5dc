package io.jangada.raft.storage.segment;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.jangada.raft.spi.LogEntry;
import org.jspecify.annotations.Nullable;

/**
 * Large entries that were read from segments, for all groups, bounded by bytes. Small ones are not
 * kept: to check and copy one again takes less than to look it up. The key is a position: no
 * position is ever used twice, so nothing needs to be invalidated.
 */
final class EntryCache {
    /** What an entry costs besides its payload: object, array header, and its share of an index. */
    static final int BYTES_PER_ENTRY = 96;

    private static final int LARGE_BYTES = 4096;

    private final Cache<Long, LogEntry> entries;

    EntryCache(long bytesMax) {
        entries =
                Caffeine.newBuilder()
                        .maximumWeight(bytesMax)
                        .weigher(
                                (Long position, LogEntry entry) ->
                                        entry.payloadBytes() + BYTES_PER_ENTRY)
                        // The default pool's threads would outlive the store.
                        .executor(Runnable::run)
                        .build();
    }

    @Nullable LogEntry get(long position) {
        return entries.getIfPresent(position);
    }

    void put(long position, LogEntry entry) {
        if (entry.payloadBytes() >= LARGE_BYTES) {
            entries.put(position, entry);
        }
    }
}
