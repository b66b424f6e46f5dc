package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.memory.MemoryNetwork;
import io.jangada.raft.impl.memory.MemoryTransport;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportListener;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The real world of one node, with a clock that can jump and threads that can be held up. */
final class TestEnvironment implements Environment {
    private final SystemEnvironment real = new SystemEnvironment();
    private final MemoryNetwork network;

    /** Nodes that no frame reaches or leaves; shared by a whole cluster. */
    private final Set<NodeId> cutOff;

    private final AtomicLong ahead = new AtomicLong();
    private final Map<String, Gate> gates = new ConcurrentHashMap<>();

    private volatile SuspectStore store;

    /** Nodes that only say something; of this node's frames. */
    final Set<NodeId> deaf = ConcurrentHashMap.newKeySet();

    /** How many chunks this node may still send before they get lost; and how many it sent. */
    final AtomicInteger chunksLeft = new AtomicInteger(Integer.MAX_VALUE);

    final AtomicInteger chunksSent = new AtomicInteger();

    /** How many frames of messages this node has sent. */
    final AtomicLong framesSent = new AtomicLong();

    TestEnvironment(MemoryNetwork network, Set<NodeId> cutOff) {
        this.network = network;
        this.cutOff = cutOff;
    }

    void advance(Duration time) {
        ahead.addAndGet(time.toNanos());
    }

    /** Holds up the loop, or the applier, or another worker, by the end of its name. */
    Gate gate(String worker) {
        return gates.computeIfAbsent(worker, name -> new Gate());
    }

    @Override
    public long nanoTime() {
        return real.nanoTime() + ahead.get();
    }

    @Override
    public long randomLong() {
        return real.randomLong();
    }

    @Override
    public Worker worker(String name, Runnable work) {
        Gate gate = gate(name.substring(name.lastIndexOf('-') + 1));
        return new ThreadWorker(
                name,
                this::nanoTime,
                () -> {
                    gate.pass();
                    work.run();
                });
    }

    @Override
    public boolean await(Future<?> done, long nanos) {
        return real.await(done, nanos);
    }

    @Override
    public LogStore openStore(HostSpec spec, StoreIdentity identity) {
        if (spec.store() != null || spec.data() != null) {
            return real.openStore(spec, identity);
        }
        store = new SuspectStore(identity);
        return store;
    }

    /** The store of a node in memory. */
    SuspectStore store() {
        return store;
    }

    @Override
    public Transport openTransport(HostSpec spec) {
        String address = spec.bind() == null ? spec.node() + ":1" : spec.bind();
        return spec.transport() == null
                ? new Cuttable(new MemoryTransport(network, address), spec.node())
                : spec.transport();
    }

    private boolean mayCarry() {
        boolean may = chunksLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        if (may) {
            chunksSent.incrementAndGet();
        }
        return may;
    }

    /** Loses frames of nodes that are cut off, without a word, as networks do. */
    private final class Cuttable implements Transport {
        private final Transport real;
        private final NodeId self;

        Cuttable(Transport real, NodeId self) {
            this.real = real;
            this.self = self;
        }

        @Override
        public void start(PeerIdentity self, TransportListener listener) {
            real.start(self, listener);
        }

        @Override
        public void identify(PeerIdentity changed) {
            real.identify(changed);
        }

        @Override
        public void connect(NodeId peer, String address) {
            real.connect(peer, address);
        }

        @Override
        public void disconnect(NodeId peer) {
            real.disconnect(peer);
        }

        @Override
        public boolean send(NodeId to, OutboundFrame frame) {
            framesSent.incrementAndGet();
            return cutOff.contains(self)
                    || cutOff.contains(to)
                    || deaf.contains(to)
                    || real.send(to, frame);
        }

        @Override
        public boolean sendBulk(NodeId to, OutboundFrame frame) {
            return cutOff.contains(self)
                    || cutOff.contains(to)
                    || frame.size() > 1024 && !mayCarry()
                    || real.sendBulk(to, frame);
        }

        @Override
        public int frameBytesMax() {
            return real.frameBytesMax();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
