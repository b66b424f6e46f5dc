package io.jangada.raft.impl;

import io.jangada.raft.api.RaftHost;
import io.jangada.raft.impl.runtime.Host;
import io.jangada.raft.impl.runtime.SystemEnvironment;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.RaftProvider;

/** What {@link java.util.ServiceLoader} finds behind {@link io.jangada.raft.api.Raft}. */
public final class JangadaProvider implements RaftProvider {
    /** Called by the service loader. */
    public JangadaProvider() {}

    @Override
    public RaftHost open(HostSpec spec) {
        return Host.open(spec, new SystemEnvironment());
    }
}
