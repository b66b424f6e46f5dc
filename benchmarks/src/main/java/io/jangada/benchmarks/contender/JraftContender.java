package io.jangada.benchmarks.contender;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.NodeManager;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.ReadIndexClosure;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.DefaultJRaftServiceFactory;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.option.ReadOnlyOption;
import com.alipay.sofa.jraft.rpc.RaftRpcServerFactory;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.log.RocksDBSegmentLogStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** SOFAJRaft over Bolt, with its log in RocksDB or in its segment files; synced and checksummed. */
final class JraftContender implements Contender {
    private final boolean segments;
    private final List<JraftNode> nodes = new ArrayList<>();
    private int[] ports = {};
    private Configuration members = new Configuration();

    private JraftContender(boolean segments) {
        this.segments = segments;
    }

    static JraftContender rocksDb() {
        return new JraftContender(false);
    }

    static JraftContender segments() {
        return new JraftContender(true);
    }

    @Override
    public Set<Trait> traits() {
        return Set.of(
                Trait.DURABLE,
                Trait.INDEX_READS,
                Trait.LEASE_READS,
                Trait.CUT,
                Trait.RESTART,
                Trait.GROUPS);
    }

    @Override
    public void start(ClusterSpec spec) throws IOException {
        if (ports.length == 0) {
            ports = Ports.free(ClusterSpec.NODES);
            members = new Configuration();
            for (int port : ports) {
                members.addPeer(new PeerId(Ports.HOST, port));
            }
        }
        AtOnce.start(nodes, i -> new JraftNode(spec, i));
    }

    @Override
    public int leader() {
        for (int i = 0; i < nodes.size(); i++) {
            JraftNode node = nodes.get(i);
            if (!node.cut && node.first().isLeader(false)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void write(int node, byte[] command, Completion done) {
        Closure closure = status -> end(status, done);
        nodes.get(node).first().apply(new Task(ByteBuffer.wrap(command), closure));
    }

    @Override
    public void read(int node, ReadKind kind, KvMap.Key key, Completion done) {
        JraftNode at = nodes.get(node);
        ReadOnlyOption option =
                kind == ReadKind.INDEX
                        ? ReadOnlyOption.ReadOnlySafe
                        : ReadOnlyOption.ReadOnlyLeaseBased;
        at.first()
                .readIndex(
                        option,
                        NO_CONTEXT,
                        new ReadIndexClosure() {
                            @Override
                            public void run(Status status, long index, byte[] context) {
                                if (status.isOk()) {
                                    at.map.get(key);
                                }
                                end(status, done);
                            }
                        });
    }

    private static final byte[] NO_CONTEXT = {};
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static void end(Status status, Completion done) {
        if (status.isOk()) {
            done.succeed();
        } else {
            done.fail(new IOException(status.getErrorMsg()));
        }
    }

    /** Not by shutdown, which hands leadership over: its sockets are closed, it itself lives on. */
    @Override
    public void cut(int node) {
        nodes.get(node).cutOff();
    }

    @Override
    public void heal(int node) throws IOException {
        JraftNode old = nodes.get(node);
        old.awaitStepDown();
        old.close();
        nodes.set(node, new JraftNode(old.spec, node));
    }

    @Override
    public List<KvMap> maps() {
        return nodes.stream().map(node -> node.map).toList();
    }

    @Override
    public void close() {
        nodes.forEach(JraftNode::close);
        nodes.clear();
    }

    /** All groups of one node, behind one server. */
    private final class JraftNode {
        private final ClusterSpec spec;
        private final RpcServer server;
        private final List<RaftGroupService> groups = new ArrayList<>();
        private final List<Node> started = new ArrayList<>();
        private KvMap map = new KvMap();
        private boolean cut;

        JraftNode(ClusterSpec spec, int number) throws IOException {
            this.spec = spec;
            PeerId self = new PeerId(Ports.HOST, ports[number]);
            server = RaftRpcServerFactory.createRaftRpcServer(self.getEndpoint());
            NodeManager.getInstance().addAddress(self.getEndpoint());
            server.init(null);
            for (int g = 0; g < spec.groups(); g++) {
                KvMap applied = new KvMap();
                Path folder = spec.folder(number).resolve("g" + g);
                Files.createDirectories(folder);
                NodeOptions options = options(folder, applied);
                RaftGroupService group = new RaftGroupService("g" + g, self, options, server, true);
                groups.add(group);
                started.add(group.start(false));
                if (g == 0) {
                    map = applied;
                }
            }
        }

        private NodeOptions options(Path folder, KvMap applied) {
            NodeOptions options = new NodeOptions();
            options.setElectionTimeoutMs((int) ClusterSpec.ELECTION_TIMEOUT.toMillis());
            options.setInitialConf(members);
            options.setFsm(new Machine(applied));
            options.setLogUri(folder.resolve("log").toString());
            options.setRaftMetaUri(folder.resolve("meta").toString());
            // No snapshot URI: no snapshots.
            RaftOptions raft = new RaftOptions();
            raft.setSync(true);
            raft.setSyncMeta(true);
            raft.setEnableLogEntryChecksum(true);
            options.setRaftOptions(raft);
            if (segments) {
                options.setServiceFactory(new SegmentFactory());
            }
            return options;
        }

        Node first() {
            return started.get(0);
        }

        void cutOff() {
            cut = true;
            for (Node node : started) {
                ((NodeImpl) node).getRpcService().shutdown();
            }
            server.shutdown();
        }

        /**
         * Whoever still leads hands over when it is shut down, and fails at that without sockets.
         */
        void awaitStepDown() {
            while (started.stream().anyMatch(node -> node.isLeader(false))) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        void close() {
            groups.forEach(RaftGroupService::shutdown);
            for (RaftGroupService group : groups) {
                try {
                    group.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            if (!cut) {
                server.shutdown();
            }
        }
    }

    /** The log in files, the index of configurations in RocksDB. */
    private static final class SegmentFactory extends DefaultJRaftServiceFactory {
        @Override
        public LogStorage createLogStorage(String uri, RaftOptions options) {
            return new RocksDBSegmentLogStorage(uri, options);
        }
    }

    /** The map as a state machine. */
    private static final class Machine extends StateMachineAdapter {
        private final KvMap map;

        Machine(KvMap map) {
            this.map = map;
        }

        @Override
        public void onApply(Iterator entries) {
            while (entries.hasNext()) {
                // The same buffer is still to be sent to followers: its position must not move.
                map.apply(entries.getData().slice());
                Closure done = entries.done();
                if (done != null) {
                    done.run(Status.OK());
                }
                entries.next();
            }
        }
    }
}
