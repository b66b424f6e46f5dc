package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.impl.runtime.Host;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.testkit.check.KvOutput;

/** The simulator's own application: {@link KvMachine}s, watched by the cluster's invariants. */
final class KvApplication implements SimApplication {
    private record Opened(KvMachine machine, RaftGroup<KvMachine, KvCommand, KvOutput> group)
            implements Instance {
        @Override
        public long stateHash() {
            return machine.stateHash();
        }
    }

    @Override
    public Instance open(SimCluster cluster, SimNode node, Host host) {
        KvMachine machine = new KvMachine(new Watch(cluster, node));
        return new Opened(
                machine,
                host.group(SimCluster.GROUP, machine, KvCodecs.COMMANDS, KvCodecs.OUTPUTS));
    }

    private record Watch(SimCluster cluster, SimNode node) implements KvMachine.Listener {
        @Override
        public void onApply(KvMachine of, KvCommand command, KvOutput output, Applied at) {
            cluster.simulation()
                    .note(
                            Notes.APPLY,
                            node.number() * 1_000_003L + at.index(),
                            node.id(),
                            () -> "applies " + at + " " + command + ": " + output);
            cluster.invariants().onApply(node, of, command, output, at);
        }

        @Override
        public void onLoad(KvMachine of) {
            cluster.simulation()
                    .note(
                            Notes.SNAPSHOT,
                            of.stateHash(),
                            node.id(),
                            () -> "loads a state with commands up to " + of.lastCommandIndex());
            cluster.invariants().onLoad(node, of);
        }
    }
}
