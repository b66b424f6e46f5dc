package io.jangada.raft.impl.runtime;

/** Something that waits in a loop's mailbox; the task is the request itself, not a wrapper. */
interface LoopTask {
    /**
     * Runs on the loop.
     *
     * @param nowNanos sampled after the task was taken from the mailbox
     */
    void run(long nowNanos);

    /** Hears what {@link #run} threw: the task's group cannot go on. Runs on the loop. */
    void failed(Throwable cause);
}
