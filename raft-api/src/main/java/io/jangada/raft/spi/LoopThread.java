package io.jangada.raft.spi;

/**
 * A thread that a {@link Transport} lends to drive groups, so that no hand-over lies between a
 * socket and the algorithm.
 *
 * <p><b>Threading.</b> All methods from any thread. Tasks run one at a time, on one thread.
 *
 * <p><b>Ownership.</b> Tasks belong to the thread until they have run.
 *
 * <p><b>Ordering.</b> Executed tasks run in order; scheduled ones when they are due.
 *
 * <p><b>Durability.</b> Once the transport is closed, tasks are dropped without a word.
 *
 * <p><b>Failure.</b> Tasks do not throw and do not block.
 */
public interface LoopThread {
    /**
     * Runs a task soon.
     *
     * @param task what to do
     */
    void execute(Runnable task);

    /**
     * Runs a task later.
     *
     * @param task what to do
     * @param delayNanos how much later, not negative
     */
    void schedule(Runnable task, long delayNanos);

    /**
     * Whether the caller is this thread.
     *
     * @return true on the thread itself
     */
    boolean isCurrent();
}
