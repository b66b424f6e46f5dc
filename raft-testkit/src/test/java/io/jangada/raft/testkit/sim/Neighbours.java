package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.impl.runtime.Host;
import io.jangada.raft.impl.runtime.Inspection;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.testkit.check.KvOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Many groups on the same hosts, beside the one that the invariants watch. */
final class Neighbours implements SimApplication {
    /** One copy of a group. */
    record Copy(
            NodeId node, RaftGroup<KvMachine, KvCommand, KvOutput> group, Inspection inspection) {
        boolean rests() {
            return inspection.status().resting();
        }

        boolean leads() {
            return !inspection.isStopped() && node.equals(inspection.status().leader());
        }
    }

    private static final KvMachine.Listener NOBODY =
            new KvMachine.Listener() {
                @Override
                public void onApply(KvMachine of, KvCommand command, KvOutput out, Applied at) {
                    // Nobody compares.
                }

                @Override
                public void onLoad(KvMachine of) {
                    // Nobody compares.
                }
            };

    private final KvApplication watched = new KvApplication();
    private final int count;

    /** The copies of each node's present life. */
    private final Map<NodeId, List<Copy>> copies = new TreeMap<>();

    Neighbours(int count) {
        this.count = count;
    }

    @Override
    public Instance open(SimCluster cluster, SimNode node, Host host) {
        Instance own = watched.open(cluster, node, host);
        List<Copy> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            GroupId id = GroupId.of("neighbour-" + i);
            RaftGroup<KvMachine, KvCommand, KvOutput> group =
                    host.group(id, new KvMachine(NOBODY), KvCodecs.COMMANDS, KvCodecs.OUTPUTS);
            opened.add(new Copy(node.id(), group, new Inspection(group)));
        }
        copies.put(node.id(), opened);
        return own;
    }

    Copy copy(SimNode node, int group) {
        return copies.get(node.id()).get(group);
    }
}
