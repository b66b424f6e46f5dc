package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.impl.runtime.Host;
import io.jangada.raft.spi.StateMachine;

/** An application made of somebody's own state machines. */
record SourceApplication<M extends StateMachine<C, R>, C, R>(MachineSource<M, C, R> source)
        implements SimApplication {

    private record Opened<M extends StateMachine<C, R>, C, R>(
            MachineSource<M, C, R> source, M machine, RaftGroup<M, C, R> group)
            implements Instance {
        @Override
        public long stateHash() {
            return source.stateHash(machine);
        }
    }

    @Override
    public Instance open(SimCluster cluster, SimNode node, Host host) {
        M machine = source.newMachine(cluster, node.id());
        return new Opened<>(
                source,
                machine,
                host.group(SimCluster.GROUP, machine, source.commands(), source.results()));
    }
}
