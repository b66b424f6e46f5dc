package io.jangada.raft.transport.netty;

import io.jangada.raft.spi.LoopThread;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** An event loop seen as a thread to drive groups on. */
record LentLoop(EventLoop loop) implements LoopThread {
    @Override
    public void execute(Runnable task) {
        IoThreads.execute(loop, task);
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        try {
            // A timer that fires late is nobody's failure, so nobody asks for its future.
            var unused = loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            // As with execute: nothing is left for the task to do.
        }
    }

    @Override
    public boolean isCurrent() {
        return loop.inEventLoop();
    }
}
