package io.jangada.benchmarks.contender;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Starts all nodes at the same time, as machines of their own would. */
final class AtOnce {
    /** Starts one. */
    interface Start<T> {
        T node(int number) throws Exception;
    }

    private AtOnce() {}

    /**
     * Starts all, and returns when the last one has started.
     *
     * @param into takes those that did, in order, whatever becomes of the others
     * @throws IOException if one did not
     */
    static <T> void start(List<T> into, Start<T> start) throws IOException {
        List<FutureTask<T>> tasks = new ArrayList<>();
        for (int i = 0; i < ClusterSpec.NODES; i++) {
            int number = i;
            FutureTask<T> task = new FutureTask<>(() -> start.node(number));
            tasks.add(task);
            new Thread(task, "start-" + number).start();
        }
        IOException failed = null;
        for (FutureTask<T> task : tasks) {
            try {
                into.add(task.get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            } catch (ExecutionException e) {
                failed = new IOException("a node did not start: " + e.getCause(), e.getCause());
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
