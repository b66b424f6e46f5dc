package io.jangada.raft.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * One life of a node's process, from start to crash. Whatever was scheduled for a life does nothing
 * after its end, and waits while the process is paused.
 */
final class Life {
    private final SimNode node;
    private final Simulation simulation;
    private final List<Runnable> mourners = new ArrayList<>();
    private final List<SimWorker> workers = new ArrayList<>();

    /** What came while the process was paused, in order. */
    private final List<Runnable> backlog = new ArrayList<>();

    private boolean paused;
    private boolean over;

    Life(SimNode node, Simulation simulation) {
        this.node = node;
        this.simulation = simulation;
    }

    SimNode node() {
        return node;
    }

    SimWorker newWorker(Runnable work, LongSupplier delayNanos, boolean usesFiles) {
        SimWorker worker = new SimWorker(this, work, delayNanos, usesFiles);
        workers.add(worker);
        return worker;
    }

    void schedule(long delayNanos, Runnable action) {
        simulation.schedule(delayNanos, () -> run(action));
    }

    void scheduleAt(long atNanos, Runnable action) {
        simulation.scheduleAt(atNanos, () -> run(action));
    }

    /** Lets the process do something now, if it can. */
    void run(Runnable action) {
        if (over) {
            return;
        }
        if (paused) {
            backlog.add(action);
        } else {
            node.touch();
            action.run();
        }
    }

    boolean isPaused() {
        return paused;
    }

    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        List<Runnable> waited = List.copyOf(backlog);
        backlog.clear();
        waited.forEach(action -> schedule(0, action));
    }

    void clockChanged() {
        workers.forEach(SimWorker::armTimer);
    }

    boolean isOver() {
        return over;
    }

    /** Tells somebody outside when the process has ended. */
    void whenOver(Runnable mourner) {
        mourners.add(mourner);
    }

    void end() {
        over = true;
        List.copyOf(mourners).forEach(Runnable::run);
        mourners.clear();
    }
}
