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
import io.jangada.raft.impl.core.Message.SignOfLife;
import io.jangada.raft.impl.core.Proposal;
import io.jangada.raft.impl.runtime.Environment.Worker;
import io.jangada.raft.spi.GroupLog;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One node: what all its groups share, and who they are. */
public final class Host implements RaftHost, TransportListener {
    private static final Logger LOG = System.getLogger(Host.class.getName());

    /** Where a node alone says it listens: nobody ever connects to it. */
    private static final String NO_ADDRESS = "localhost:1";

    /** What a node that joins writes where others write their cluster. */
    private static final String NO_CLUSTER = "";

    /** How long a node that was removed everywhere stays connected, in election timeouts. */
    private static final long GRACE_TIMEOUTS = 20;

    /** How long {@link #close} waits for one step of its work. */
    private static final long CLOSE_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final HostSpec spec;
    private final Environment environment;

    /** With what this node founds groups; nobody if it joins what others founded. */
    private final Membership founding;

    private final @Nullable BackupFile backup;
    private final LogStore store;
    private final Transport transport;
    private final Peers peers;

    /** Changes once, when a node that joins learns its cluster; then with the store held. */
    private volatile PeerIdentity self;

    private final GroupLoop loop;
    private final PeerOutbox outbox;
    private final RestWatch restWatch;
    private final Crew appliers;
    private final Crew events;
    private final Crew snapshots;
    private final SnapshotReceivers receivers;
    private final SnapshotSender sender;
    private final Map<GroupId, Replica<?, ?, ?>> groups = new ConcurrentHashMap<>();

    private final Object lifecycle = new Object();
    private boolean closed;

    private Host(HostSpec spec, Environment environment) {
        this.spec = spec;
        this.environment = environment;
        Membership named = named(spec);
        this.backup = spec.restoreFrom() == null ? null : readBackup(spec.restoreFrom());
        this.store = openStore(named);
        this.founding = hasJoined() ? Membership.EMPTY : named;
        this.self =
                new PeerIdentity(
                        store.identity().clusterId(),
                        spec.node(),
                        store.identity().store(),
                        environment.randomLong(),
                        ownAddress(spec));
        this.transport = openTransport();
        this.peers =
                new Peers(
                        spec.node(),
                        transport,
                        named.members(),
                        GRACE_TIMEOUTS * config().electionTimeout().toNanos());
        startTransport();
        String name = "raft-" + spec.node();
        this.outbox = new PeerOutbox(transport);
        this.loop =
                new GroupLoop(
                        environment,
                        spec.config().mailboxCapacity(),
                        outbox,
                        work -> loopWorker(name + "-loop", work));
        this.restWatch = new RestWatch(spec.node(), spec.config(), loop, outbox);
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
                        this::takeSnapshot,
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
            host.peers.connectSeeds();
            return host;
        } catch (RuntimeException | Error e) {
            host.close();
            throw e;
        }
    }

    private static String ownAddress(HostSpec spec) {
        return spec.peers().stream()
                .filter(member -> member.id().equals(spec.node()))
                .map(Member::address)
                .findFirst()
                .orElse("");
    }

    private Transport openTransport() {
        try {
            return environment.openTransport(spec);
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    private void startTransport() {
        try {
            checkFrames(transport.frameBytesMax());
            transport.start(self, this);
        } catch (RuntimeException | Error e) {
            transport.close();
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

    /** This node and those that it was told of. */
    private static Membership named(HostSpec spec) {
        if (spec.peers().isEmpty() && !spec.join()) {
            return Membership.ofVoters(List.of(new Member(spec.node(), NO_ADDRESS)));
        }
        Membership named = Membership.ofVoters(spec.peers());
        if (!named.isVoter(spec.node())) {
            throw new IllegalArgumentException(
                    "node "
                            + spec.node()
                            + " is not among its peers "
                            + named
                            + ": name it there with its own address");
        }
        if (spec.join() && named.voters().size() == 1) {
            throw new IllegalArgumentException(
                    "node "
                            + spec.node()
                            + " cannot join itself: name a member of the cluster among its peers");
        }
        return named;
    }

    /** A folder that holds something needs no backup any more, so that may be gone. */
    private @Nullable BackupFile readBackup(Path file) {
        if (spec.join()) {
            throw new IllegalArgumentException(
                    "node "
                            + spec.node()
                            + " cannot both join a cluster and found one on backup "
                            + file);
        }
        try {
            return BackupFile.read(file);
        } catch (IllegalArgumentException e) {
            if (isUsed(spec.data())) {
                return null;
            }
            throw e;
        }
    }

    private static boolean isUsed(@Nullable Path folder) {
        if (folder == null) {
            return false;
        }
        try (Stream<Path> content = Files.list(folder)) {
            return content.findAny().isPresent();
        } catch (IOException e) {
            return false; // Not there yet; if it is something else, the store says so.
        }
    }

    private LogStore openStore(Membership named) {
        String clusterId = spec.clusterId() == null ? hash(named, backup) : spec.clusterId();
        StoreId storeId = StoreId.of(environment.randomLong(), environment.randomLong());
        LogStore opened =
                environment.openStore(
                        spec,
                        new StoreIdentity(
                                spec.join() ? NO_CLUSTER : clusterId, spec.node(), storeId));
        try {
            check(opened, clusterId);
            if (opened.identity().clusterId().isEmpty()) {
                rememberJoining(opened);
            }
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    /**
     * A store that began without a cluster founds no group, in this life or a later one. The mark
     * is this node's own name among the peers that it knows.
     */
    private static void rememberJoining(LogStore opened) {
        StoreIdentity own = opened.identity();
        if (!opened.knownPeers().containsKey(own.node())) {
            opened.rememberPeer(own.node(), own.store());
        }
    }

    private boolean hasJoined() {
        return store.knownPeers().containsKey(spec.node());
    }

    private void check(LogStore opened, String clusterId) {
        String stored = opened.identity().clusterId();
        if (!stored.equals(clusterId) && !stored.isEmpty()) {
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
        int chunk = BulkMessage.CHUNK_BYTES_MAX;
        checkFrame("a chunk of a snapshot of", chunk, BulkCodec.sizeMax(), frameBytesMax);
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

    private static String hash(Membership founding, @Nullable BackupFile backup) {
        String state = backup == null ? "" : " on " + backup.info().hash();
        try {
            byte[] text = (founding + state).getBytes(StandardCharsets.UTF_8);
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

    RestWatch restWatch() {
        return restWatch;
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
        return replica == null ? null : replica.core().snapshots();
    }

    private void takeSnapshot(GroupId group) {
        Replica<?, ?, ?> replica = groups.get(group);
        if (replica != null) {
            replica.core().takeSnapshot();
        }
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
        long now = environment.nanoTime();
        for (Replica<?, ?, ?> replica : replicas) {
            groups.remove(replica.id());
            peers.leave(replica.id(), now);
        }
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

    Peers peers() {
        return peers;
    }

    /** Whether this node belongs to a cluster, or still waits to meet one. */
    boolean knowsCluster() {
        return !self.clusterId().isEmpty();
    }

    /** Whom this node was told of at its start. */
    List<Member> seeds() {
        return spec.peers();
    }

    @Override
    public Optional<String> onHello(PeerIdentity peer) {
        Optional<String> refusal;
        synchronized (store) {
            refusal = refusal(peer);
            if (refusal.isEmpty() && !knowsCluster()) {
                adopt(peer);
            }
        }
        if (refusal.isPresent()) {
            peers.refused(peer.node(), refusal.get());
        } else {
            peers.met(peer.node(), peer.address(), environment.nanoTime());
        }
        return refusal;
    }

    private Optional<String> refusal(PeerIdentity peer) {
        String mine = self.clusterId();
        if (mine.isEmpty()) {
            Optional<String> refusal = refusalBeforeJoining(peer);
            if (refusal.isPresent()) {
                return refusal;
            }
        } else if (!peer.clusterId().isEmpty() && !peer.clusterId().equals(mine)) {
            return Optional.of(
                    "node "
                            + peer.node()
                            + " is of cluster "
                            + peer.clusterId()
                            + ", node "
                            + node()
                            + " of cluster "
                            + mine);
        }
        if (peer.node().equals(node())) {
            return Optional.of("node " + node() + " met another node of its own name");
        }
        return storeRefusal(peer);
    }

    /** A node that joins believes only those of whom it was told. */
    private Optional<String> refusalBeforeJoining(PeerIdentity peer) {
        String theirs = peer.clusterId();
        String wanted = spec.clusterId();
        if (theirs.isEmpty()) {
            return Optional.of(
                    "node "
                            + peer.node()
                            + " waits to join a cluster, as node "
                            + node()
                            + " does");
        }
        if (spec.peers().stream().noneMatch(member -> member.id().equals(peer.node()))) {
            return Optional.of(
                    "node "
                            + node()
                            + " waits to join a cluster and was not told of node "
                            + peer.node());
        }
        if (wanted != null && !wanted.equals(theirs)) {
            return Optional.of(
                    "node "
                            + peer.node()
                            + " is of cluster "
                            + theirs
                            + ", node "
                            + node()
                            + " waits to join cluster "
                            + wanted);
        }
        return Optional.empty();
    }

    /** Rule Z33. What was remembered stays so when the node is removed: a lost disk is for ever. */
    private Optional<String> storeRefusal(PeerIdentity peer) {
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
        return Optional.empty();
    }

    private void adopt(PeerIdentity peer) {
        store.adoptCluster(peer.clusterId());
        self = self.in(peer.clusterId());
        transport.identify(self);
        LOG.log(
                Level.INFO,
                "node={0}: joined cluster {1}, which it met in node {2}",
                node(),
                peer.clusterId(),
                peer.node());
    }

    /** Founds a group on the backup that this node was given for it, unless it exists. */
    void restore(GroupId group, GroupLog log) {
        Path file = spec.restoreFrom();
        if (file == null || hasJoined() || log.rebuilding() || log.lastIndex() > 0) {
            return;
        }
        if (log.snapshots().latest().isPresent()) {
            return;
        }
        try {
            BackupFile from = backup == null ? BackupFile.read(file) : backup;
            if (from.group().equals(group)) {
                from.found(log.snapshots(), founding);
                LOG.log(
                        Level.INFO,
                        "group={0} node={1} term={2} index={3}: founded on backup {4}",
                        group,
                        node(),
                        Long.toString(from.info().meta().term()),
                        Long.toString(from.info().meta().index()),
                        file);
            }
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    @Override
    public void onFrame(NodeId from, ByteBuffer frame) {
        peers.heard(from, environment.nanoTime());
        List<Envelope> envelopes = MessageCodec.decode(frame);
        // Before the first is taken: a frame is good as a whole or not at all.
        for (Envelope each : envelopes) {
            if (each.message() instanceof ForwardProposal forwarded) {
                checkPayload(forwarded.proposal());
            }
        }
        for (Envelope each : envelopes) {
            Replica<?, ?, ?> replica = groups.get(each.group());
            if (each.message() instanceof SignOfLife sign) {
                if (!groups.isEmpty()) { // Else this node may still be starting.
                    loop.offer(restWatch.task(from, each.group(), sign));
                }
            } else if (replica != null) {
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
