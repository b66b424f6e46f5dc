package io.jangada.raft.spi;

import io.jangada.raft.api.RaftHost;

/**
 * The implementation behind {@link io.jangada.raft.api.Raft}; found by {@link
 * java.util.ServiceLoader}.
 */
public interface RaftProvider {
    /**
     * Starts a node.
     *
     * @param spec what the builder collected
     * @return the running host
     */
    RaftHost open(HostSpec spec);
}
