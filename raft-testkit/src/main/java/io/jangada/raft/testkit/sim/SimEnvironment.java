package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.runtime.Environment;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.Transport;
import java.time.Duration;
import java.util.concurrent.Future;

/** The world as one life of a node sees it. */
final class SimEnvironment implements Environment {
    private final Life life;
    private final Simulation simulation;
    private final SimTransport transport;

    SimEnvironment(Life life, Simulation simulation, SimTransport transport) {
        this.life = life;
        this.simulation = simulation;
        this.transport = transport;
    }

    @Override
    public long nanoTime() {
        return life.node().localNanos();
    }

    @Override
    public long randomLong() {
        return simulation.random().nextLong();
    }

    /** The worker for snapshots is slow, since it waits for the disk. */
    @Override
    public Worker worker(String name, Runnable work) {
        SimNode node = life.node();
        boolean writes = name.endsWith("-snapshots") || name.endsWith("-installs");
        return life.newWorker(
                work,
                writes ? node.disk()::snapshotNanos : node::schedulingNanos,
                writes || name.endsWith("-sends"));
    }

    /** The rest of the world goes on meanwhile. */
    @Override
    public boolean await(Future<?> done, long nanos) {
        return simulation.runUntil(() -> done.isDone() || life.isOver(), Duration.ofNanos(nanos));
    }

    @Override
    public LogStore openStore(HostSpec spec, StoreIdentity identity) {
        return life.node().disk().open(life, identity);
    }

    @Override
    public Transport openTransport(HostSpec spec) {
        return transport;
    }
}
