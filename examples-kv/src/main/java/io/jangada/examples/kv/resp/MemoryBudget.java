package io.jangada.examples.kv.resp;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory that requests of all clients together take between their first byte and their
 * reply. Thread-safe.
 */
final class MemoryBudget {
    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    MemoryBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Takes memory, or nothing if it would exceed the budget. */
    boolean tryTake(long count) {
        if (bytes.addAndGet(count) <= bytesMax) {
            return true;
        }
        bytes.addAndGet(-count);
        return false;
    }

    void give(long count) {
        bytes.addAndGet(-count);
    }

    long taken() {
        return bytes.get();
    }
}
