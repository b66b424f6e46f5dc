package io.jangada.raft.spi;

import io.jangada.raft.api.RaftConfig;

/** Makes network transports; found by {@link java.util.ServiceLoader}. */
public interface TransportProvider {
    /**
     * Makes a transport; binds nothing yet.
     *
     * @param bindAddress {@code HOST:PORT} to listen on
     * @param config settings that concern a transport
     * @return a transport to be started
     */
    Transport create(String bindAddress, RaftConfig config);
}
