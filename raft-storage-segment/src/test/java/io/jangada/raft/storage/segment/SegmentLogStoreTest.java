package io.jangada.raft.storage.segment;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.testkit.LogStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract of every store, with segments so small that most tests cross several. */
class SegmentLogStoreTest extends LogStoreContract {
    @TempDir(factory = InMemory.class)
    Path folder;

    @Override
    protected LogStore create(StoreIdentity identity) {
        return builder().open(folder, identity);
    }

    @Override
    protected LogStore reopen() {
        // An existing store keeps its own identity, whatever id and cluster it is offered.
        return builder()
                .open(folder, new StoreIdentity("other", NodeId.of("n1"), StoreId.of(9, 9)));
    }

    private static SegmentLogStore.Builder builder() {
        return StoreUnderTest.get()
                .builder()
                .segmentBytes(128 << 10)
                .readCacheBytes(64 << 10)
                .recentEntriesBytes(16 << 10);
    }
}
