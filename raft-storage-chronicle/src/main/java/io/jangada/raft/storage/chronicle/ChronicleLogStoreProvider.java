package io.jangada.raft.storage.chronicle;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.LogStoreProvider;
import io.jangada.raft.spi.StoreIdentity;
import java.nio.file.Path;

/**
 * Opens a {@link ChronicleLogStore} with its defaults; found by {@link java.util.ServiceLoader}.
 */
public final class ChronicleLogStoreProvider implements LogStoreProvider {
    /** For the service loader. */
    public ChronicleLogStoreProvider() {}

    @Override
    public String name() {
        return "chronicle";
    }

    @Override
    public LogStore open(Path folder, StoreIdentity identity, RaftConfig config) {
        return ChronicleLogStore.builder().config(config).open(folder, identity);
    }
}
