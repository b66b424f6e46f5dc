package io.jangada.raft.impl.memory;

import io.jangada.raft.spi.TransportException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where {@link MemoryTransport}s find each other by address. A test makes one of its own; nodes
 * that are not told otherwise meet in {@link #shared()}. Any thread.
 */
public final class MemoryNetwork {
    private static final MemoryNetwork SHARED = new MemoryNetwork();

    private final Map<String, MemoryTransport> listening = new ConcurrentHashMap<>();

    /** An empty network. */
    public MemoryNetwork() {}

    /**
     * The one network of this process that needs no introduction.
     *
     * @return always the same
     */
    public static MemoryNetwork shared() {
        return SHARED;
    }

    void bind(String address, MemoryTransport transport) {
        if (listening.putIfAbsent(address, transport) != null) {
            throw new TransportException(
                    "address " + address + " is in use by another node of this process", null);
        }
        // Whoever waits for this address gets its connection now, not at its next frame.
        for (MemoryTransport other : List.copyOf(listening.values())) {
            other.onListening(address);
        }
    }

    void unbind(String address, MemoryTransport transport) {
        listening.remove(address, transport);
    }

    @Nullable MemoryTransport at(String address) {
        return listening.get(address);
    }
}
