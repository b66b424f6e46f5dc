package io.jangada.benchmarks.micro;

import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.MpscArrayQueue;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * To another thread, which parks when it has nothing to do, and back: twice what one hand-over
 * costs a caller who is alone.
 */
@State(Scope.Thread)
public class QueueHop {
    private final MpscArrayQueue<Thread> queue = new MpscArrayQueue<>(64);
    private volatile boolean answered;
    private volatile boolean stopped;
    private @Nullable Thread other;

    /** A state without the other thread. */
    public QueueHop() {}

    /** Starts the other thread. */
    @Setup
    public void setUp() {
        other = new Thread(this::serve, "hop");
        other.setDaemon(true);
        other.start();
    }

    private void serve() {
        while (!stopped) {
            Thread caller = queue.poll();
            if (caller == null) {
                LockSupport.park(this);
            } else {
                answered = true;
                LockSupport.unpark(caller);
            }
        }
    }

    /** There and back. */
    @Benchmark
    public void thereAndBack() {
        answered = false;
        queue.offer(Thread.currentThread());
        LockSupport.unpark(other);
        while (!answered) {
            LockSupport.park(this);
        }
    }

    /** Ends the other thread. */
    @TearDown
    public void tearDown() {
        stopped = true;
        LockSupport.unpark(other);
    }
}
