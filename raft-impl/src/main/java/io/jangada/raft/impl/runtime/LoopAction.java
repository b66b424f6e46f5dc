package io.jangada.raft.impl.runtime;

/** What a task does on the loop. */
@FunctionalInterface
interface LoopAction {
    /**
     * Does it.
     *
     * @param nowNanos the present
     */
    void run(long nowNanos);
}
