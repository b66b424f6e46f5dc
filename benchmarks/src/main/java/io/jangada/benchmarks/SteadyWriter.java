package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Commands;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Writes beside what is measured, so that the log does not stand still. */
final class SteadyWriter {
    static final double PER_SECOND = 500;

    private static final long LONG_NANOS = TimeUnit.DAYS.toNanos(1);

    private final Load load;
    private final FutureTask<Load.Outcome> task;

    private SteadyWriter(Load load, FutureTask<Load.Outcome> task) {
        this.load = load;
        this.task = task;
    }

    static SteadyWriter start(Cluster cluster, Commands commands) {
        Load load = Load.open(cluster.writes(commands), PER_SECOND, 1);
        FutureTask<Load.Outcome> task = new FutureTask<>(() -> cluster.run(load, LONG_NANOS));
        Thread thread = new Thread(task, "steady-writer");
        thread.setDaemon(true);
        thread.start();
        return new SteadyWriter(load, task);
    }

    /** Ends it; returns how many writes failed. */
    long stop() throws InterruptedException, ExecutionException {
        load.stop();
        return task.get().failed();
    }
}
