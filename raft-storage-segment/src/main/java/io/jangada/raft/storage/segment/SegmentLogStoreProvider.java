package io.jangada.raft.storage.segment;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.LogStoreProvider;
import io.jangada.raft.spi.StoreIdentity;
import java.nio.file.Path;

/** Opens a {@link SegmentLogStore} with its defaults; found by {@link java.util.ServiceLoader}. */
public final class SegmentLogStoreProvider implements LogStoreProvider {
    /** For the service loader. */
    public SegmentLogStoreProvider() {}

    @Override
    public String name() {
        return "segment";
    }

    @Override
    public LogStore open(Path folder, StoreIdentity identity, RaftConfig config) {
        return SegmentLogStore.builder().config(config).open(folder, identity);
    }
}
