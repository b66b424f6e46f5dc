package io.jangada.raft.impl.memory;

import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.testkit.LogStoreContract;
import java.util.concurrent.ForkJoinPool;

/** A store that confirms through a pool of several threads, which must not show. */
class MemoryLogStoreOnExecutorTest extends LogStoreContract {
    @Override
    protected LogStore create(StoreIdentity identity) {
        return new MemoryLogStore(identity, 100_000, ForkJoinPool.commonPool());
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
