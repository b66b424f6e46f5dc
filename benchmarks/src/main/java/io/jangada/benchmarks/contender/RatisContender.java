package io.jangada.benchmarks.contender;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.netty.NettyConfigKeys;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * Apache Ratis over Netty or gRPC, asked in process; its log is synced, its reads are linearizable.
 */
final class RatisContender implements Contender {
    /** A submission waits for locks and queues. */
    private static final int SUBMITTERS = 8;

    private final SupportedRpcType rpc;
    private final List<RaftServer> servers = new ArrayList<>();
    private final List<Machine> machines = new ArrayList<>();
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private final RaftGroupId groupId = idOf("benchmark");
    private List<RaftPeer> peers = List.of();
    private ClusterSpec spec = new ClusterSpec(Path.of(""));
    private int cut = -1;

    RatisContender(SupportedRpcType rpc) {
        this.rpc = rpc;
    }

    @Override
    public Set<Trait> traits() {
        return Set.of(
                Trait.DURABLE,
                Trait.INDEX_READS,
                Trait.LEASE_READS,
                Trait.SKIPS_QUORUM_WHEN_IDLE,
                Trait.CUT,
                Trait.RESTART,
                Trait.GROUPS);
    }

    @Override
    public int submitters() {
        return SUBMITTERS;
    }

    @Override
    public void start(ClusterSpec newSpec) throws IOException {
        spec = newSpec;
        if (peers.isEmpty()) {
            int[] ports = Ports.free(ClusterSpec.NODES);
            peers =
                    IntStream.range(0, ClusterSpec.NODES)
                            .mapToObj(i -> peer("n" + (i + 1), ports[i]))
                            .toList();
        }
        for (int i = 0; i < ClusterSpec.NODES; i++) {
            machines.add(new Machine());
        }
        AtOnce.start(servers, i -> server(i, machines.get(i)));
    }

    private static RaftPeer peer(String id, int port) {
        return RaftPeer.newBuilder().setId(id).setAddress(Ports.HOST + ":" + port).build();
    }

    private RaftServer server(int number, Machine machine) throws IOException {
        RaftPeer peer = peers.get(number);
        RaftServer server =
                RaftServer.newBuilder()
                        .setServerId(peer.getId())
                        .setGroup(RaftGroup.valueOf(groupId, peers))
                        .setStateMachineRegistry(id -> id.equals(groupId) ? machine : new Machine())
                        .setProperties(properties(number))
                        .setOption(RaftStorage.StartupOption.RECOVER)
                        .build();
        server.start();
        for (int g = 1; g < spec.groups(); g++) {
            addGroup(server, g);
        }
        return server;
    }

    private void addGroup(RaftServer server, int number) throws IOException {
        RaftGroup group = RaftGroup.valueOf(idOf("benchmark " + number), peers);
        GroupManagementRequest request =
                GroupManagementRequest.newAdd(
                        client, server.getId(), calls.incrementAndGet(), group);
        if (!server.groupManagement(request).isSuccess()) {
            throw new IOException("group " + number + " was not added");
        }
    }

    private static RaftGroupId idOf(String name) {
        return RaftGroupId.valueOf(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
    }

    private RaftProperties properties(int number) {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, rpc);
        String address = peers.get(number).getAddress();
        int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
        NettyConfigKeys.Server.setPort(properties, port);
        GrpcConfigKeys.Server.setPort(properties, port);
        RaftServerConfigKeys.setStorageDir(properties, List.of(spec.folder(number).toFile()));
        long timeout = ClusterSpec.ELECTION_TIMEOUT.toMillis();
        RaftServerConfigKeys.Rpc.setTimeoutMin(
                properties, TimeDuration.valueOf(timeout, TimeUnit.MILLISECONDS));
        RaftServerConfigKeys.Rpc.setTimeoutMax(
                properties, TimeDuration.valueOf(timeout * 3 / 2, TimeUnit.MILLISECONDS));
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(properties, false);
        RaftServerConfigKeys.Read.setOption(
                properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, spec.leases());
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
        // Its defaults allow 4 MiB on the way to a follower in one message, and refuse larger ones.
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(
                properties, SizeInBytes.valueOf("4MB"));
        return properties;
    }

    @Override
    public int leader() {
        for (int i = 0; i < servers.size(); i++) {
            if (i != cut && leads(servers.get(i))) {
                return i;
            }
        }
        return -1;
    }

    private boolean leads(RaftServer server) {
        try {
            return server.getDivision(groupId).getInfo().isLeaderReady();
        } catch (IOException e) {
            return false; // It has not opened the group yet.
        }
    }

    @Override
    public void write(int node, byte[] command, Completion done) {
        Message message = Message.valueOf(UnsafeByteOperations.unsafeWrap(command));
        submit(node, message, RaftClientRequest.writeRequestType(), done);
    }

    @Override
    public void read(int node, ReadKind kind, KvMap.Key key, Completion done) {
        byte[] bytes = new byte[Commands.KEY_BYTES];
        ByteBuffer.wrap(bytes).putLong(key.high()).putLong(key.low());
        Message message = Message.valueOf(UnsafeByteOperations.unsafeWrap(bytes));
        submit(node, message, RaftClientRequest.readRequestType(), done);
    }

    private void submit(int node, Message message, RaftClientRequest.Type type, Completion done) {
        RaftClientRequest request =
                RaftClientRequest.newBuilder()
                        .setClientId(client)
                        .setServerId(peers.get(node).getId())
                        .setGroupId(groupId)
                        .setCallId(calls.incrementAndGet())
                        .setMessage(message)
                        .setType(type)
                        .build();
        try {
            servers.get(node)
                    .submitClientRequestAsync(request)
                    .whenComplete((reply, failure) -> end(reply, failure, done));
        } catch (IOException e) {
            done.fail(e);
        }
    }

    private static void end(RaftClientReply reply, Throwable failure, Completion done) {
        if (failure != null) {
            done.fail(failure);
        } else if (!reply.isSuccess()) {
            done.fail(reply.getException());
        } else {
            done.succeed();
        }
    }

    /** Its sockets are closed, it itself lives on: an orderly end would tell the others. */
    @Override
    public void cut(int node) throws IOException {
        cut = node;
        servers.get(node).getServerRpc().close();
    }

    @Override
    public void heal(int node) throws IOException {
        servers.get(node).close();
        machines.set(node, new Machine());
        servers.set(node, server(node, machines.get(node)));
        cut = -1;
    }

    @Override
    public List<KvMap> maps() {
        return machines.stream().map(machine -> machine.map).toList();
    }

    @Override
    public void close() throws IOException {
        for (RaftServer server : servers) {
            server.close();
        }
        servers.clear();
        machines.clear();
    }

    /** The map as a state machine. */
    private static final class Machine extends BaseStateMachine {
        private final KvMap map = new KvMap();

        @Override
        public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
            var entry = transaction.getLogEntry();
            ByteString command = entry.getStateMachineLogEntry().getLogData();
            map.apply(command.asReadOnlyByteBuffer());
            updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
            return CompletableFuture.completedFuture(Message.EMPTY);
        }

        @Override
        public CompletableFuture<Message> query(Message request) {
            var bytes = request.getContent().asReadOnlyByteBuffer();
            byte[] value = map.get(new KvMap.Key(bytes.getLong(), bytes.getLong()));
            return CompletableFuture.completedFuture(
                    Message.valueOf(UnsafeByteOperations.unsafeWrap(value)));
        }
    }
}
