package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.RaftHost;
import io.jangada.raft.impl.codec.BulkCodec;
import io.jangada.raft.impl.codec.BulkMessage;
import io.jangada.raft.impl.codec.Envelope;
import io.jangada.raft.impl.codec.MessageCodec;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Proposal;
import io.jangada.raft.impl.runtime.Environment.Worker;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StateMachine;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportListener;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One node: what all its groups share, and who they are. */
public final class Host implements RaftHost, TransportListener {
    private static final Logger LOG = System.getLogger(Host.class.getName());

    /** Where a node alone says it listens: nobody ever connects to it. */
    private static final String NO_ADDRESS = "localhost:1";

    /** How long {@link #close} waits for one step of its work. */
    private static final long CLOSE_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final HostSpec spec;
    private final Environment environment;
    private final Membership founding;
    private final LogStore store;
    private final Transport transport;
    private final PeerIdentity self;
    private final GroupLoop loop;
    private final PeerOutbox outbox;
    private final Crew appliers;
    private final Crew events;
    private final Crew snapshots;
    private final SnapshotReceivers receivers;
    private final SnapshotSender sender;
    private final Map<GroupId, Replica<?, ?, ?>> groups = new ConcurrentHashMap<>();

    /** What peers were connected to; guards itself. */
    private final Map<NodeId, String> connected = new HashMap<>();

    private final Object lifecycle = new Object();
    private boolean closed;

    private Host(HostSpec spec, Environment environment) {
        this.spec = spec;
        this.environment = environment;
        this.founding = founding(spec);
        this.store = openStore();
        this.self =
                new PeerIdentity(
                        store.identity().clusterId(),
                        spec.node(),
                        store.identity().store(),
                        environment.randomLong());
        this.transport = startTransport();
        String name = "raft-" + spec.node();
        this.outbox = new PeerOutbox(transport);
        this.loop =
                new GroupLoop(
                        environment,
                        spec.config().mailboxCapacity(),
                        outbox,
                        work -> loopWorker(name + "-loop", work));
        this.appliers = new Crew(environment, name + "-apply");
        this.events = new Crew(environment, name + "-events");
        this.snapshots = new Crew(environment, name + "-snapshots");
        this.receivers = new SnapshotReceivers(environment, name + "-installs", transport);
        this.sender =
                new SnapshotSender(
                        environment,
                        name + "-sends",
                        transport,
                        this::snapshotsOf,
                        spec.snapshotBytesPerSecond());
    }

    /**
     * Starts a node.
     *
     * @param spec what it is
     * @param environment its door to the world
     * @return the running node
     * @throws IllegalArgumentException if the settings contradict each other or the data folder
     */
    public static Host open(HostSpec spec, Environment environment) {
        Host host = new Host(spec, environment);
        try {
            host.connect(host.founding);
            return host;
        } catch (RuntimeException | Error e) {
            host.close();
            throw e;
        }
    }

    private Transport startTransport() {
        try {
            Transport opened = environment.openTransport(spec);
            try {
                checkFrames(opened.frameBytesMax());
                opened.start(self, this);
                return opened;
            } catch (RuntimeException | Error e) {
                opened.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    /**
     * The loop runs on a thread of the transport where that lends one: two hand-overs less a
     * message.
     */
    private Worker loopWorker(String name, Runnable work) {
        return transport
                .lendThread()
                .<Worker>map(thread -> new LentWorker(thread, environment::nanoTime, work))
                .orElseGet(() -> environment.worker(name, work));
    }

    private static Membership founding(HostSpec spec) {
        if (spec.peers().isEmpty()) {
            return Membership.ofVoters(List.of(new Member(spec.node(), NO_ADDRESS)));
        }
        Membership founding = Membership.ofVoters(spec.peers());
        if (!founding.isVoter(spec.node())) {
            throw new IllegalArgumentException(
                    "node "
                            + spec.node()
                            + " is not among its peers "
                            + founding
                            + ": name it there with its own address");
        }
        return founding;
    }

    private LogStore openStore() {
        String clusterId = spec.clusterId() == null ? hash(founding) : spec.clusterId();
        StoreId storeId = StoreId.of(environment.randomLong(), environment.randomLong());
        LogStore opened =
                environment.openStore(spec, new StoreIdentity(clusterId, spec.node(), storeId));
        try {
            check(opened, clusterId);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    private void check(LogStore opened, String clusterId) {
        String stored = opened.identity().clusterId();
        if (!stored.equals(clusterId)) {
            if (spec.clusterId() != null) {
                throw new IllegalArgumentException(
                        "the data folder belongs to cluster '"
                                + stored
                                + "', not to '"
                                + clusterId
                                + "': use another folder, or that cluster's id");
            }
            LOG.log(
                    Level.INFO,
                    "node={0}: the data folder holds cluster {1}, which wins over the peers given",
                    spec.node(),
                    stored);
        }
        if (config().entryBytesMax() > opened.entryBytesMax()) {
            throw new IllegalArgumentException(
                    "entryBytesMax "
                            + config().entryBytesMax()
                            + " is more than the store can hold in one record, "
                            + opened.entryBytesMax());
        }
    }

    /** Every message must fit into a frame, or it would never arrive. */
    private void checkFrames(int frameBytesMax) {
        int entry = config().entryBytesMax();
        checkFrame("entryBytesMax", entry, MessageCodec.sizeMax(1, entry), frameBytesMax);
        int append = config().appendBytesMax();
        long entries = 1L + append / CommandEnvelope.HEADER_BYTES;
        checkFrame("appendBytesMax", append, MessageCodec.sizeMax(entries, append), frameBytesMax);
    }

    private static void checkFrame(String name, int value, long bytes, int frameBytesMax) {
        if (bytes >= frameBytesMax) {
            throw new IllegalArgumentException(
                    name
                            + " "
                            + value
                            + " makes messages of up to "
                            + bytes
                            + " bytes; the transport carries "
                            + frameBytesMax);
        }
    }

    private static String hash(Membership founding) {
        try {
            byte[] text = founding.toString().getBytes(StandardCharsets.UTF_8);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    RaftConfig config() {
        return spec.config();
    }

    Environment environment() {
        return environment;
    }

    // Snapshots

    int priority() {
        return spec.priority();
    }

    /** Who writes and loads snapshots. */
    Crew snapshotCrew() {
        return snapshots;
    }

    SnapshotReceivers receivers() {
        return receivers;
    }

    SnapshotSender sender() {
        return sender;
    }

    Path scratch(GroupId group) throws IOException {
        return environment.newFolder(spec, group);
    }

    private @Nullable SnapshotStore snapshotsOf(GroupId group) {
        Replica<?, ?, ?> replica = groups.get(group);
        return replica == null ? null : replica.core().snapshotStore();
    }

    @Override
    public void onBulkFrame(NodeId from, ByteBuffer frame) {
        BulkMessage message = BulkCodec.decode(frame);
        if (message instanceof BulkMessage.ChunkRequest request) {
            sender.onRequest(from, request);
        } else {
            receivers.onAnswer(from, message);
        }
    }

    // Groups

    @Override
    public NodeId node() {
        return spec.node();
    }

    @Override
    public Set<GroupId> groups() {
        return Set.copyOf(groups.keySet());
    }

    @Override
    public <S extends StateMachine<C, R>, C, R> RaftGroup<S, C, R> group(
            GroupId group, S machine, Codec<C> commands, Codec<R> results) {
        synchronized (lifecycle) {
            checkOpen();
            if (groups.containsKey(group)) {
                throw new IllegalStateException(
                        "group " + group + " is open already on node " + spec.node());
            }
            GroupCore<S, C, R> core;
            synchronized (store) {
                core =
                        new GroupCore<>(
                                this, group, machine, commands, results, store, founding, loop,
                                outbox, appliers, events);
            }
            Replica<S, C, R> replica = new Replica<>(this, machine, commands, loop, core);
            groups.put(group, replica);
            core.execute(now -> core.start());
            return replica;
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("node " + spec.node() + " is closed");
        }
    }

    /** Closes a group unless that was done before; another one may go by its name since. */
    void closeGroup(Replica<?, ?, ?> replica) {
        synchronized (lifecycle) {
            if (groups.get(replica.id()) == replica) {
                end(List.of(replica));
            }
        }
    }

    @Override
    public void destroy(GroupId group) {
        synchronized (lifecycle) {
            checkOpen();
            Replica<?, ?, ?> replica = groups.get(group);
            if (replica != null) {
                end(List.of(replica));
            }
            synchronized (store) {
                store.destroy(group);
            }
        }
    }

    /** Hands leadership over where this node leads, all at once, then closes. */
    private void end(List<Replica<?, ?, ?>> replicas) {
        inEach(replicas, GroupCore::handOver);
        inEach(replicas, (core, done, now) -> core.close(done));
        replicas.forEach(replica -> groups.remove(replica.id()));
    }

    private interface Ending {
        void run(GroupCore<?, ?, ?> core, CompletableFuture<@Nullable Void> done, long nowNanos);
    }

    private void inEach(List<Replica<?, ?, ?>> replicas, Ending ending) {
        List<CompletableFuture<@Nullable Void>> all = new ArrayList<>();
        for (Replica<?, ?, ?> replica : replicas) {
            CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
            all.add(done);
            replica.core().execute(now -> ending.run(replica.core(), done, now));
        }
        environment.await(
                CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)),
                CLOSE_PATIENCE_NANOS);
    }

    @Override
    public void close() {
        synchronized (lifecycle) {
            if (closed) {
                return;
            }
            closed = true;
            end(List.copyOf(groups.values()));
            loop.close();
            appliers.close();
            snapshots.close();
            receivers.close();
            sender.close();
            transport.close();
            store.close();
            events.close();
        }
    }

    // Peers

    /** Makes the members of a group reachable. Any thread. */
    void connect(Membership membership) {
        synchronized (connected) {
            for (Member member : membership.members()) {
                boolean known = member.address().equals(connected.get(member.id()));
                if (!known && !member.id().equals(node())) {
                    connected.put(member.id(), member.address());
                    transport.connect(member.id(), member.address());
                }
            }
        }
    }

    @Override
    public Optional<String> onHello(PeerIdentity peer) {
        if (!peer.clusterId().equals(self.clusterId())) {
            return Optional.of(
                    "node "
                            + peer.node()
                            + " is of cluster "
                            + peer.clusterId()
                            + ", node "
                            + node()
                            + " of cluster "
                            + self.clusterId());
        }
        if (peer.node().equals(node())) {
            return Optional.of("node " + node() + " met another node of its own name");
        }
        synchronized (store) {
            StoreId known = store.knownPeers().get(peer.node());
            if (known == null) {
                store.rememberPeer(peer.node(), peer.store());
            } else if (!known.equals(peer.store())) {
                return Optional.of(
                        "node "
                                + peer.node()
                                + " comes with store "
                                + peer.store()
                                + ", but node "
                                + node()
                                + " knows it with store "
                                + known
                                + ": its disk was lost or replaced; give it a new node id");
            }
        }
        return Optional.empty();
    }

    @Override
    public void onFrame(NodeId from, ByteBuffer frame) {
        for (Envelope each : MessageCodec.decode(frame)) {
            Replica<?, ?, ?> replica = groups.get(each.group());
            if (each.message() instanceof ForwardProposal forwarded) {
                checkPayload(forwarded.proposal());
            }
            if (replica != null) {
                replica.core().receive(from, each.message());
            }
        }
    }

    /**
     * A proposal becomes an entry that every node must be able to apply, so it is looked at here.
     */
    private static void checkPayload(Proposal proposal) {
        switch (proposal.type()) {
            case COMMAND -> CommandEnvelope.decode(proposal.payload());
            case OPEN_SESSION -> SessionTerms.decode(proposal.payload());
            case NOOP, MEMBERSHIP ->
                    throw new IllegalArgumentException(
                            "a " + proposal.type() + " is not for a follower to propose");
        }
    }
}
