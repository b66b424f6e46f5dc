package io.jangada.benchmarks.contender;

import io.microraft.QueryPolicy;
import io.microraft.RaftConfig;
import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.model.message.RaftMessage;
import io.microraft.statemachine.StateMachine;
import io.microraft.transport.Transport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * MicroRaft without a store, over a transport that hands messages from node to node as objects: it
 * comes with no other.
 */
final class MicroRaftContender implements Contender {
    /** What it takes before it refuses more. */
    private static final int PENDING_MAX = 5_000;

    private final Map<RaftEndpoint, RaftNode> network = new ConcurrentHashMap<>();
    private final List<RaftNode> nodes = new ArrayList<>();
    private final List<KvMap> maps = new ArrayList<>();

    private record Endpoint(String name) implements RaftEndpoint {
        @Override
        public Object getId() {
            return name;
        }
    }

    @Override
    public Set<Trait> traits() {
        return Set.of(Trait.INDEX_READS, Trait.LEASE_READS);
    }

    @Override
    public void start(ClusterSpec spec) {
        List<RaftEndpoint> members = new ArrayList<>();
        for (int i = 0; i < ClusterSpec.NODES; i++) {
            members.add(new Endpoint("n" + (i + 1)));
        }
        RaftConfig config =
                RaftConfig.newBuilder()
                        .setLeaderElectionTimeoutMillis(ClusterSpec.ELECTION_TIMEOUT.toMillis())
                        .setMaxPendingLogEntryCount(PENDING_MAX)
                        .build();
        for (RaftEndpoint member : members) {
            KvMap map = new KvMap();
            RaftNode node =
                    RaftNode.newBuilder()
                            .setGroupId("benchmark")
                            .setLocalEndpoint(member)
                            .setInitialGroupMembers(members)
                            .setConfig(config)
                            .setTransport(new Wire())
                            .setStateMachine(new Machine(map))
                            .build();
            network.put(member, node);
            nodes.add(node);
            maps.add(map);
        }
        nodes.forEach(RaftNode::start);
    }

    @Override
    public int leader() {
        for (int i = 0; i < nodes.size(); i++) {
            RaftNode node = nodes.get(i);
            if (node.getLocalEndpoint().equals(node.getTerm().getLeaderEndpoint())) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void write(int node, byte[] command, Completion done) {
        nodes.get(node).replicate(command).whenComplete(done);
    }

    @Override
    public void read(int node, ReadKind kind, KvMap.Key key, Completion done) {
        QueryPolicy policy =
                kind == ReadKind.INDEX ? QueryPolicy.LINEARIZABLE : QueryPolicy.LEADER_LEASE;
        nodes.get(node).query(key, policy, Optional.empty(), Optional.empty()).whenComplete(done);
    }

    @Override
    public List<KvMap> maps() {
        return maps;
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.terminate().join());
        nodes.clear();
        maps.clear();
        network.clear();
    }

    /** The network: nodes take messages on their own threads. */
    private final class Wire implements Transport {
        @Override
        public void send(RaftEndpoint target, RaftMessage message) {
            RaftNode node = network.get(target);
            if (node != null) {
                node.handle(message);
            }
        }

        @Override
        public boolean isReachable(RaftEndpoint endpoint) {
            return network.containsKey(endpoint);
        }
    }

    /** What a snapshot holds. */
    private record Picture(long applied, Map<KvMap.Key, byte[]> values) {}

    /** The map as a state machine. */
    private record Machine(KvMap map) implements StateMachine {
        private static final String NEW_TERM = "new term";

        @Override
        public Object runOperation(long commitIndex, Object operation) {
            if (operation instanceof byte[] command) {
                map.apply(command);
                return NEW_TERM;
            }
            return operation instanceof KvMap.Key key ? map.get(key) : NEW_TERM;
        }

        @Override
        public void takeSnapshot(long commitIndex, Consumer<Object> chunks) {
            chunks.accept(new Picture(map.applied(), new HashMap<>(map.values())));
        }

        @Override
        public void installSnapshot(long commitIndex, List<Object> chunks) {
            Picture picture = (Picture) chunks.get(0);
            map.restore(picture.applied(), picture.values());
        }

        @Override
        public Object getNewTermOperation() {
            return NEW_TERM;
        }
    }
}
