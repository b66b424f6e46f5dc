package io.jangada.raft.spi;

import io.jangada.raft.api.RaftConfig;
import java.nio.file.Path;

/** Makes durable stores; found by {@link java.util.ServiceLoader}. */
public interface LogStoreProvider {
    /**
     * What users call it when there are several.
     *
     * @return a short word in lower case
     */
    String name();

    /**
     * Opens the store in a folder, creating it when the folder is missing or empty.
     *
     * @param folder the node's data folder, for this store alone
     * @param identity written into a new store; of an existing store only the node is compared, and
     *     {@link LogStore#identity()} tells what it holds
     * @param config settings that concern a store
     * @return the recovered store
     * @throws StoreException if the folder cannot be used: another process holds it, it belongs to
     *     another node, it is read-only or full, or it is damaged beyond what a restart repairs
     */
    LogStore open(Path folder, StoreIdentity identity, RaftConfig config);
}
