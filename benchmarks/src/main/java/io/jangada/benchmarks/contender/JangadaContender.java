package io.jangada.benchmarks.contender;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftBuilder;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.RaftHost;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.Role;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.ConcurrentReads;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import io.jangada.raft.spi.TransportProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;

/** Jangada through its public API, with one of its stores. */
final class JangadaContender implements Contender {
    /** A node on the store that a variant is about. */
    interface Variant {
        RaftBuilder node(String id, Path folder);
    }

    /** Commands as they come, and as the log has them: the peers' are not copied either. */
    private static final Codec<ByteBuffer> RAW =
            new Codec<>() {
                @Override
                @SuppressWarnings("ByteBufferBackingArray") // It wraps the whole array.
                public byte[] encode(ByteBuffer value) {
                    return value.array();
                }

                @Override
                public ByteBuffer decode(ByteBuffer bytes) {
                    return bytes;
                }
            };

    private final Variant variant;
    private final RaftConfig config;
    private final Set<Trait> traits;
    private final List<Node> nodes = new ArrayList<>();

    /** Kept for the next start: the log remembers the addresses. */
    private int[] ports = {};

    private JangadaContender(Variant variant, RaftConfig config, Set<Trait> traits) {
        this.variant = variant;
        this.config = config;
        this.traits = traits;
    }

    /** A durable store over TCP; takes no snapshots, as its peers do not. */
    static JangadaContender durable(Variant variant) {
        RaftConfig withoutSnapshots =
                RaftConfig.builder()
                        .electionTimeout(ClusterSpec.ELECTION_TIMEOUT)
                        .snapshotEntries(1 << 30)
                        .snapshotBytes(1L << 40)
                        .snapshotInterval(Duration.ofDays(1))
                        .build();
        return new JangadaContender(
                variant,
                withoutSnapshots,
                Set.of(
                        Trait.OURS,
                        Trait.DURABLE,
                        Trait.INDEX_READS,
                        Trait.LEASE_READS,
                        Trait.CUT,
                        Trait.RESTART,
                        Trait.GROUPS));
    }

    /** Store and transport in memory; its snapshots keep the heap from filling up. */
    static JangadaContender inMemory() {
        RaftConfig withSnapshots =
                RaftConfig.builder().electionTimeout(ClusterSpec.ELECTION_TIMEOUT).build();
        return new JangadaContender(
                (id, folder) -> Raft.inMemory(id),
                withSnapshots,
                Set.of(Trait.OURS, Trait.INDEX_READS, Trait.LEASE_READS, Trait.GROUPS));
    }

    @Override
    public Set<Trait> traits() {
        return traits;
    }

    @Override
    public void start(ClusterSpec spec) throws IOException {
        if (ports.length == 0) {
            ports = Ports.free(ClusterSpec.NODES);
        }
        AtOnce.start(nodes, i -> new Node(spec, i));
    }

    @Override
    public int leader() {
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (!node.isCut() && node.first.status().role() == Role.LEADER) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void write(int node, byte[] command, Completion done) {
        nodes.get(node).first.write(ByteBuffer.wrap(command)).whenComplete(done);
    }

    @Override
    public void read(int node, ReadKind kind, KvMap.Key key, Completion done) {
        ReadMode mode = kind == ReadKind.INDEX ? ReadMode.INDEX : ReadMode.LEASE;
        nodes.get(node).first.read(mode, machine -> machine.map.get(key)).whenComplete(done);
    }

    @Override
    public void readNow(int node, KvMap.Key key) {
        nodes.get(node).first.readNow(machine -> machine.map.get(key));
    }

    @Override
    public void cut(int node) {
        nodes.get(node).transport.orElseThrow().cut(true);
    }

    /** Not by closing it, which hands leadership over: it is closed when it comes back. */
    @Override
    public void kill(int node) {
        nodes.get(node).transport.orElseThrow().kill();
    }

    @Override
    public void heal(int node) {
        Node old = nodes.get(node);
        CutTransport transport = old.transport.orElseThrow();
        if (transport.isKilled()) {
            old.host.close();
            nodes.set(node, new Node(old.spec, node));
        } else {
            transport.cut(false);
        }
    }

    @Override
    public List<KvMap> maps() {
        return nodes.stream().map(node -> node.map).toList();
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.host.close());
        nodes.clear();
    }

    /** All groups of one node; operations go to the first of them. */
    private final class Node {
        private final ClusterSpec spec;
        private final Optional<CutTransport> transport;
        private final RaftHost host;
        private final RaftGroup<Machine, ByteBuffer, Void> first;
        private final KvMap map;

        Node(ClusterSpec spec, int number) {
            this.spec = spec;
            String[] peers = new String[ClusterSpec.NODES];
            for (int i = 0; i < peers.length; i++) {
                peers[i] = id(i) + "=" + address(i);
            }
            RaftBuilder builder =
                    variant.node(id(number), spec.folder(number))
                            .clusterId("benchmark")
                            .peers(peers)
                            .config(config);
            transport =
                    spec.cuttable() ? Optional.of(cutTransport(address(number))) : Optional.empty();
            transport.ifPresent(builder::transport);
            host = builder.open();
            Machine machine = new Machine();
            map = machine.map;
            first = open(0, machine);
            for (int g = 1; g < spec.groups(); g++) {
                open(g, new Machine());
            }
        }

        private RaftGroup<Machine, ByteBuffer, Void> open(int number, Machine machine) {
            return host.group(GroupId.of("g" + number), machine, RAW, Codec.of(Void.class));
        }

        boolean isCut() {
            return transport.isPresent() && transport.get().isCut();
        }
    }

    private static String id(int number) {
        return "n" + (number + 1);
    }

    private String address(int number) {
        return Ports.HOST + ":" + ports[number];
    }

    private CutTransport cutTransport(String address) {
        return new CutTransport(
                ServiceLoader.load(TransportProvider.class)
                        .findFirst()
                        .orElseThrow()
                        .create(address, config));
    }

    /** The map as a state machine. */
    private static final class Machine implements StateMachine<ByteBuffer, Void>, ConcurrentReads {
        private final KvMap map = new KvMap();

        @Override
        @SuppressWarnings("NullAway") // Null is the one value of Void.
        public Void apply(ByteBuffer command, Applied at) {
            map.apply(command);
            return null;
        }

        @Override
        public void save(SnapshotWriter out) throws IOException {
            out.writeLong(map.applied());
            out.writeInt(map.values().size());
            for (Map.Entry<KvMap.Key, byte[]> each : map.values().entrySet()) {
                out.writeLong(each.getKey().high());
                out.writeLong(each.getKey().low());
                out.writeInt(each.getValue().length);
                out.write(each.getValue());
            }
        }

        @Override
        public void load(SnapshotReader in) throws IOException {
            long applied = in.readLong();
            Map<KvMap.Key, byte[]> values = new HashMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                KvMap.Key key = new KvMap.Key(in.readLong(), in.readLong());
                values.put(key, in.readNBytes(in.readInt()));
            }
            map.restore(applied, values);
        }
    }
}
