package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.Member;
import io.jangada.raft.impl.memory.MemoryLogStore;
import io.jangada.raft.impl.memory.MemoryNetwork;
import io.jangada.raft.impl.memory.MemoryTransport;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.LogStoreProvider;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportProvider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The real world. */
public final class SystemEnvironment implements Environment {
    private static final String USUAL_STORE = "chronicle";
    private static final Logger LOG = System.getLogger(SystemEnvironment.class.getName());

    /** Subtracted from the clock, whose own zero may be anywhere, so that times can be added. */
    private static final long ZERO = System.nanoTime();

    private final SecureRandom random = new SecureRandom();

    /** An environment; nodes may share it. */
    public SystemEnvironment() {}

    @Override
    public long nanoTime() {
        return System.nanoTime() - ZERO;
    }

    @Override
    public long randomLong() {
        return random.nextLong();
    }

    @Override
    public Worker worker(String name, Runnable work) {
        return new ThreadWorker(name, this::nanoTime, work);
    }

    @Override
    public boolean await(Future<?> done, long nanos) {
        try {
            done.get(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.DEBUG, "not everything ended in order", e);
        }
        return done.isDone();
    }

    @Override
    public LogStore openStore(HostSpec spec, StoreIdentity identity) {
        if (spec.store() != null) {
            return spec.store();
        }
        if (spec.data() == null) {
            return new MemoryLogStore(identity);
        }
        return provider(spec).open(spec.data(), identity, spec.config());
    }

    private static LogStoreProvider provider(HostSpec spec) {
        Map<String, LogStoreProvider> found = new TreeMap<>();
        ServiceLoader.load(LogStoreProvider.class).forEach(each -> found.put(each.name(), each));
        if (found.isEmpty()) {
            throw new IllegalStateException(
                    "node "
                            + spec.node()
                            + " has a data folder but no durable store is on the class path: add"
                            + " io.jangada:raft-storage-chronicle");
        }
        String name = spec.storeName();
        if (name == null) {
            // The first name of the alphabet, without the usual one.
            return found.getOrDefault(USUAL_STORE, found.values().iterator().next());
        }
        LogStoreProvider named = found.get(name);
        if (named == null) {
            throw new IllegalArgumentException(
                    "node "
                            + spec.node()
                            + " is to use the store '"
                            + name
                            + "', but the class path has only "
                            + String.join(", ", found.keySet()));
        }
        return named;
    }

    @Override
    public Transport openTransport(HostSpec spec) {
        if (spec.transport() != null) {
            return spec.transport();
        }
        if (spec.peers().isEmpty()) {
            return new MemoryTransport(new MemoryNetwork(), spec.node().value());
        }
        String address = ownAddress(spec);
        if (spec.data() == null) {
            return new MemoryTransport(MemoryNetwork.shared(), address);
        }
        Optional<TransportProvider> provider =
                ServiceLoader.load(TransportProvider.class).findFirst();
        if (provider.isPresent()) {
            String bind = spec.bind() == null ? address : spec.bind();
            return provider.get().create(bind, spec.config());
        }
        LOG.log(
                Level.WARNING,
                "node={0}: no network transport is on the class path, so only nodes of this process"
                        + " are reached: add io.jangada:raft-transport-netty",
                spec.node());
        return new MemoryTransport(MemoryNetwork.shared(), address);
    }

    private static String ownAddress(HostSpec spec) {
        for (Member member : spec.peers()) {
            if (member.id().equals(spec.node())) {
                return member.address();
            }
        }
        throw new IllegalArgumentException("node " + spec.node() + " is not among its peers");
    }
}
