package io.jangada.raft.impl.memory;

import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.testkit.LogStoreContract;

class MemoryLogStoreTest extends LogStoreContract {
    @Override
    protected LogStore create(StoreIdentity identity) {
        return new MemoryLogStore(identity);
    }

    @Override
    protected LogStore reopen() {
        throw new AssertionError("this store keeps nothing");
    }

    @Override
    protected boolean durable() {
        return false;
    }
}
