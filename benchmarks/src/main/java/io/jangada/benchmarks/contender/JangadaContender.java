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
    private final List<RaftHost> hosts = new ArrayList<>();
    private final List<RaftGroup<Machine, ByteBuffer, Void>> nodes = new ArrayList<>();
    private final List<KvMap> maps = new ArrayList<>();
    private final List<CutTransport> transports = new ArrayList<>();

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
        String[] peers = new String[ClusterSpec.NODES];
        for (int i = 0; i < peers.length; i++) {
            peers[i] = "n" + (i + 1) + "=" + Ports.HOST + ":" + ports[i];
        }
        for (int i = 0; i < peers.length; i++) {
            RaftBuilder builder =
                    variant.node("n" + (i + 1), spec.folder(i))
                            .clusterId("benchmark")
                            .peers(peers)
                            .config(config);
            if (spec.cuttable()) {
                builder.transport(cutTransport(Ports.HOST + ":" + ports[i]));
            }
            RaftHost host = builder.open();
            hosts.add(host);
            for (int g = 0; g < spec.groups(); g++) {
                Machine machine = new Machine();
                RaftGroup<Machine, ByteBuffer, Void> group =
                        host.group(GroupId.of("g" + g), machine, RAW, Codec.of(Void.class));
                if (g == 0) {
                    nodes.add(group);
                    maps.add(machine.map);
                }
            }
        }
    }

    private CutTransport cutTransport(String address) {
        CutTransport transport =
                new CutTransport(
                        ServiceLoader.load(TransportProvider.class)
                                .findFirst()
                                .orElseThrow()
                                .create(address, config));
        transports.add(transport);
        return transport;
    }

    @Override
    public int leader() {
        for (int i = 0; i < nodes.size(); i++) {
            boolean cut = !transports.isEmpty() && transports.get(i).isCut();
            if (!cut && nodes.get(i).status().role() == Role.LEADER) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void write(int node, byte[] command, Completion done) {
        nodes.get(node).write(ByteBuffer.wrap(command)).whenComplete(done);
    }

    @Override
    public void read(int node, ReadKind kind, KvMap.Key key, Completion done) {
        ReadMode mode = kind == ReadKind.INDEX ? ReadMode.INDEX : ReadMode.LEASE;
        nodes.get(node).read(mode, machine -> machine.map.get(key)).whenComplete(done);
    }

    @Override
    public void readNow(int node, KvMap.Key key) {
        nodes.get(node).readNow(machine -> machine.map.get(key));
    }

    @Override
    public void cut(int node) {
        transports.get(node).cut(true);
    }

    @Override
    public void heal(int node) {
        transports.get(node).cut(false);
    }

    @Override
    public List<KvMap> maps() {
        return maps;
    }

    @Override
    public void close() {
        hosts.forEach(RaftHost::close);
        hosts.clear();
        nodes.clear();
        maps.clear();
        transports.clear();
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
