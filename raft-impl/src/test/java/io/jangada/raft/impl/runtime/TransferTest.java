package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.codec.BulkCodec;
import io.jangada.raft.impl.codec.BulkMessage;
import io.jangada.raft.impl.codec.BulkMessage.Chunk;
import io.jangada.raft.impl.codec.BulkMessage.ChunkRefused;
import io.jangada.raft.impl.codec.BulkMessage.ChunkRequest;
import io.jangada.raft.impl.codec.BulkMessage.Refusal;
import io.jangada.raft.impl.memory.MemoryLogStore;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportListener;
import io.jangada.raft.spi.WriteListener;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/**
 * Sender and receiver of snapshots on a clock and a lane that the test drives: what is lost, late,
 * repeated or refused, and what that costs.
 */
class TransferTest {
    private static final GroupId GROUP = GroupId.of("g");
    private static final NodeId SENDER = NodeId.of("sender");
    private static final NodeId OTHER = NodeId.of("other");
    private static final NodeId RECEIVER = NodeId.of("receiver");
    private static final int CHUNK = BulkMessage.CHUNK_BYTES_MAX;
    private static final Membership MEMBERS =
            Membership.ofVoters(List.of(new Member(SENDER, "sender:1")));

    private final World world = new World();
    private final List<String> told = new ArrayList<>();
    private long commitIndex;
    private final Map<NodeId, SnapshotStore> stores = new HashMap<>();
    private final List<GroupId> damaged = new ArrayList<>();

    private final SnapshotReceiver.Listener listener =
            new SnapshotReceiver.Listener() {
                @Override
                public void fetched(NodeId from, SnapshotInfo info, long bytes) {
                    told.add(bytes + " from " + from);
                }

                @Override
                public void received(NodeId from, SnapshotInfo info) {
                    told.add("received from " + from);
                }

                @Override
                public void failed(SnapshotInfo info, String why) {
                    told.add("failed: " + why);
                }

                @Override
                public boolean isObsolete(SnapshotInfo info) {
                    return commitIndex >= info.meta().index();
                }
            };

    /** Workers that run when they are asked to, a clock, and a lane whose frames lie around. */
    private static final class World implements Environment {
        private final List<Hand> hands = new ArrayList<>();
        private long now = 1_000_000_000;

        private record Frame(NodeId from, NodeId to, BulkMessage message) {}

        private final List<Frame> lane = new ArrayList<>();
        private boolean full;

        private static final class Hand implements Worker {
            private final Runnable work;
            private boolean called;
            private long at = Long.MAX_VALUE;

            Hand(Runnable work) {
                this.work = work;
            }

            @Override
            public void wake() {
                called = true;
            }

            @Override
            public void wakeAt(long nanos) {
                at = nanos;
            }

            @Override
            public void close() {
                called = false;
            }
        }

        /** Lets all work that is due be done. */
        void work() {
            boolean any = true;
            while (any) {
                any = false;
                for (Hand hand : hands) {
                    if (hand.called || now >= hand.at) {
                        hand.called = false;
                        hand.at = Long.MAX_VALUE;
                        hand.work.run();
                        any = true;
                    }
                }
            }
        }

        void advance(Duration time) {
            now += time.toNanos();
            work();
        }

        Transport transport(NodeId self) {
            return new Transport() {
                @Override
                public boolean sendBulk(NodeId to, OutboundFrame frame) {
                    if (full) {
                        return false;
                    }
                    ByteBuffer bytes = ByteBuffer.allocate(frame.size());
                    frame.writeTo(bytes);
                    lane.add(new Frame(self, to, BulkCodec.decode(bytes.flip())));
                    return true;
                }

                @Override
                public void start(PeerIdentity identity, TransportListener listener) {}

                @Override
                public void identify(PeerIdentity changed) {}

                @Override
                public void connect(NodeId peer, String address) {}

                @Override
                public void disconnect(NodeId peer) {}

                @Override
                public boolean send(NodeId to, OutboundFrame frame) {
                    throw new AssertionError("bulk only");
                }

                @Override
                public int frameBytesMax() {
                    return 1 << 20;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public long randomLong() {
            return 4;
        }

        @Override
        public Worker worker(String name, Runnable work) {
            Hand hand = new Hand(work);
            hands.add(hand);
            return hand;
        }

        @Override
        public boolean await(Future<?> done, long nanos) {
            work();
            return done.isDone();
        }

        @Override
        public LogStore openStore(HostSpec spec, StoreIdentity identity) {
            throw new AssertionError();
        }

        @Override
        public Transport openTransport(HostSpec spec) {
            throw new AssertionError();
        }
    }

    private SnapshotStore store(NodeId node) {
        return stores.computeIfAbsent(
                node,
                id ->
                        new MemoryLogStore(
                                        new StoreIdentity("c", id, StoreId.of(1, 2)),
                                        1 << 20,
                                        confirmation -> {})
                                .open(GROUP, nobody())
                                .snapshots());
    }

    private static WriteListener nobody() {
        return new WriteListener() {
            @Override
            public void onPersisted(long writeSequence) {}

            @Override
            public void onFailed(StoreException cause) {}
        };
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private SnapshotInfo save(NodeId node, long index, byte[] content) {
        try (SnapshotSink sink = store(node).create(new SnapshotMeta(index, 1, 0, 1, MEMBERS))) {
            sink.write(ByteBuffer.wrap(content));
            return sink.commit();
        }
    }

    private SnapshotSender sender(NodeId node, long bytesPerSecond) {
        return new SnapshotSender(
                world,
                node + "-sends",
                world.transport(node),
                group -> group.equals(GROUP) ? store(node) : null,
                damaged::add,
                bytesPerSecond);
    }

    private SnapshotReceivers receivers() {
        return new SnapshotReceivers(world, "receiver-installs", world.transport(RECEIVER));
    }

    /** Delivers what lies on the lane, once, and lets everybody work. */
    private void deliver(Map<NodeId, SnapshotSender> senders, SnapshotReceivers receivers) {
        world.work();
        List<World.Frame> frames = new ArrayList<>(world.lane);
        world.lane.clear();
        for (World.Frame frame : frames) {
            if (frame.message() instanceof ChunkRequest request) {
                senders.get(frame.to()).onRequest(frame.from(), request);
            } else {
                receivers.onAnswer(frame.from(), frame.message());
            }
        }
        world.work();
    }

    private byte[] received() {
        try (SnapshotFile file = store(RECEIVER).open()) {
            ByteBuffer all = ByteBuffer.allocate((int) file.info().bytes());
            file.read(0, all);
            return all.array();
        }
    }

    private String last() {
        return told.get(told.size() - 1);
    }

    @Test
    void aSnapshotOfManyChunksArrives() {
        byte[] content = bytes(9 * CHUNK + 17);
        SnapshotInfo info = save(SENDER, 7, content);
        SnapshotSender sender = sender(SENDER, 1L << 40);
        SnapshotReceivers receivers = receivers();
        receivers.fetch(GROUP, store(RECEIVER), SENDER, info, listener);
        for (int round = 0; round < 20; round++) {
            deliver(Map.of(SENDER, sender), receivers);
            assertTrue(world.lane.size() <= 4, "no more than the window is on its way");
        }
        assertEquals("received from sender", last());
        assertArrayEquals(content, received());
        assertEquals(info, store(RECEIVER).latest().orElseThrow());
    }

    @Property(tries = 200)
    void whateverTheLaneDoesItArrivesWhole(@ForAll long seed) {
        TransferTest fresh = new TransferTest();
        fresh.arrivesWhole(new Random(seed));
    }

    private void arrivesWhole(Random random) {
        byte[] content = bytes(1 + random.nextInt(8 * CHUNK));
        SnapshotInfo info = save(SENDER, 7, content);
        assertEquals(info, save(OTHER, 7, content));
        Map<NodeId, SnapshotSender> senders =
                Map.of(SENDER, sender(SENDER, 1L << 40), OTHER, sender(OTHER, 1L << 40));
        SnapshotReceivers receivers = receivers();
        receivers.fetch(GROUP, store(RECEIVER), SENDER, info, listener);
        for (int round = 0; store(RECEIVER).latest().isEmpty(); round++) {
            assertTrue(round < 2000, "it never arrives: " + told);
            world.lane.removeIf(frame -> random.nextInt(4) == 0);
            if (!world.lane.isEmpty() && random.nextInt(3) == 0) {
                world.lane.add(world.lane.get(random.nextInt(world.lane.size())));
            }
            java.util.Collections.shuffle(world.lane, random);
            if (random.nextInt(20) == 0) {
                NodeId from = random.nextBoolean() ? SENDER : OTHER;
                receivers.fetch(GROUP, store(RECEIVER), from, info, listener);
            }
            if (random.nextInt(40) == 0) {
                receivers.forget(GROUP, () -> {});
                receivers.fetch(GROUP, store(RECEIVER), SENDER, info, listener);
            }
            world.full = random.nextInt(10) == 0;
            deliver(senders, receivers);
            world.advance(Duration.ofMillis(random.nextInt(400)));
        }
        assertArrayEquals(content, received());
        assertTrue(last().startsWith("received"), last());
    }

    @Test
    void aLostChunkAloneIsAskedForAgain() {
        SnapshotInfo info = save(SENDER, 7, bytes(3 * CHUNK));
        SnapshotSender sender = sender(SENDER, 1L << 40);
        SnapshotReceivers receivers = receivers();
        receivers.fetch(GROUP, store(RECEIVER), SENDER, info, listener);
        world.work();
        world.lane.removeIf(
                frame -> frame.message().position() == CHUNK); // The request of the second one.
        deliver(Map.of(SENDER, sender), receivers);
        deliver(Map.of(SENDER, sender), receivers);
        assertEquals(CHUNK + " from sender", last());
        assertEquals(List.of(), world.lane);
        world.advance(Duration.ofSeconds(1));
        assertEquals(1, world.lane.size());
        assertEquals(CHUNK, world.lane.get(0).message().position());
        deliver(Map.of(SENDER, sender), receivers);
        deliver(Map.of(SENDER, sender), receivers);
        assertEquals("received from sender", last());
    }

    @Test
    void theRateIsBounded() {
        SnapshotInfo info = save(SENDER, 7, bytes(40 * CHUNK));
        SnapshotSender sender = sender(SENDER, 10L * CHUNK);
        SnapshotReceivers receivers = receivers();
        receivers.fetch(GROUP, store(RECEIVER), SENDER, info, listener);
        for (int round = 0; round < 200; round++) { // Two seconds.
            deliver(Map.of(SENDER, sender), receivers);
            world.advance(Duration.ofMillis(10));
        }
        long bytes = Long.parseLong(last().substring(0, last().indexOf(' ')));
        assertTrue(bytes >= 17L * CHUNK && bytes <= 22L * CHUNK, last());
    }

    @Test
    void aThirdReceiverWaitsUntilThereIsRoom() {
        SnapshotInfo info = save(SENDER, 7, bytes(3 * CHUNK));
        SnapshotSender sender = sender(SENDER, 1L << 40);
        for (String node : List.of("a", "b", "c")) {
            sender.onRequest(NodeId.of(node), new ChunkRequest(GROUP, 7, info.hash(), 0, CHUNK));
        }
        world.work();
        assertEquals(3, world.lane.size());
        assertTrue(world.lane.get(1).message() instanceof Chunk);
        assertEquals(
                new ChunkRefused(GROUP, 7, info.hash(), 0, Refusal.BUSY),
                world.lane.get(2).message());
        world.lane.clear();

        sender.onRequest(
                NodeId.of("a"), new ChunkRequest(GROUP, 7, info.hash(), 2L * CHUNK, CHUNK));
        world.work(); // That was its last one.
        sender.onRequest(NodeId.of("c"), new ChunkRequest(GROUP, 7, info.hash(), 0, CHUNK));
        world.work();
        assertTrue(world.lane.get(1).message() instanceof Chunk);
    }

    @Test
    void whoIsToldToWaitAsksAgainLater() {
        SnapshotInfo info = save(SENDER, 7, bytes(CHUNK));
        SnapshotReceivers receivers = receivers();
        receivers.fetch(GROUP, store(RECEIVER), SENDER, info, listener);
        world.work();
        for (int minute = 0; minute < 120; minute++) {
            assertEquals(1, world.lane.size());
            world.lane.clear();
            receivers.onAnswer(SENDER, new ChunkRefused(GROUP, 7, info.hash(), 0, Refusal.BUSY));
            world.work();
            world.advance(Duration.ofMillis(499));
            assertEquals(List.of(), world.lane);
            world.advance(Duration.ofMillis(1));
        }
        assertEquals("0 from sender", last(), "not given up");
    }

    @Test
    void aSnapshotThatIsGoneEndsTheTransfer() {
        SnapshotInfo info = save(SENDER, 7, bytes(CHUNK));
        save(SENDER, 8, bytes(CHUNK + 1));
        SnapshotSender sender = sender(SENDER, 1L << 40);
        SnapshotReceivers receivers = receivers();
        receivers.fetch(GROUP, store(RECEIVER), SENDER, info, listener);
        deliver(Map.of(SENDER, sender), receivers);
        deliver(Map.of(SENDER, sender), receivers);
        assertEquals("0 from sender", last(), "not at once: it may be offered again at once");
        world.advance(Duration.ofSeconds(1));
        assertTrue(last().startsWith("failed: node sender has it no more"), last());
    }

    @Test
    void aTransferOutlivesTheSnapshotsReplacementAtItsSender() {
        byte[] content = bytes(6 * CHUNK);
        SnapshotInfo info = save(SENDER, 7, content);
        SnapshotSender sender = sender(SENDER, 1L << 40);
        SnapshotReceivers receivers = receivers();
        receivers.fetch(GROUP, store(RECEIVER), SENDER, info, listener);
        deliver(Map.of(SENDER, sender), receivers);
        save(SENDER, 8, bytes(10));
        for (int round = 0; round < 10; round++) {
            deliver(Map.of(SENDER, sender), receivers);
        }
        assertEquals("received from sender", last());
        assertArrayEquals(content, received());
    }

    @Test
    void anotherSnapshotTakesThePlaceOfTheOneBefore() {
        SnapshotInfo first = save(SENDER, 7, bytes(6 * CHUNK));
        byte[] content = bytes(100);
        SnapshotInfo second = save(OTHER, 9, content);
        Map<NodeId, SnapshotSender> senders =
                Map.of(SENDER, sender(SENDER, 1L << 40), OTHER, sender(OTHER, 1L << 40));
        SnapshotReceivers receivers = receivers();
        receivers.fetch(GROUP, store(RECEIVER), SENDER, first, listener);
        deliver(senders, receivers);
        receivers.fetch(GROUP, store(RECEIVER), OTHER, second, listener);
        for (int round = 0; round < 5; round++) {
            deliver(senders, receivers);
        }
        assertEquals("received from other", last());
        assertArrayEquals(content, received());
    }

    @Test
    void aSilentSenderIsGivenUp() {
        SnapshotInfo info = save(SENDER, 7, bytes(CHUNK));
        SnapshotReceivers receivers = receivers();
        receivers.fetch(GROUP, store(RECEIVER), SENDER, info, listener);
        world.work();
        for (int second = 0; second < 31; second++) {
            world.advance(Duration.ofSeconds(1));
        }
        assertEquals("failed: node sender did not send any of it for too long", last());
        world.lane.clear();
        world.advance(Duration.ofSeconds(10));
        assertEquals(List.of(), world.lane);
    }

    @Test
    void z35_whatIsOlderThanTheStateIsNotPulledAnyFurther() {
        SnapshotInfo info = save(SENDER, 7, bytes(6 * CHUNK));
        SnapshotSender sender = sender(SENDER, 1L << 40);
        SnapshotReceivers receivers = receivers();
        receivers.fetch(GROUP, store(RECEIVER), SENDER, info, listener);
        deliver(Map.of(SENDER, sender), receivers);
        commitIndex = 7;
        deliver(Map.of(SENDER, sender), receivers);
        assertEquals("failed: it is not needed any more", last());
        assertTrue(store(RECEIVER).latest().isEmpty());
    }

    @Test
    void noMoreThanFourGroupsReceiveAtOnce() {
        SnapshotInfo info = save(SENDER, 7, bytes(CHUNK));
        SnapshotReceivers receivers = receivers();
        for (int i = 0; i < 6; i++) {
            SnapshotStore own =
                    new MemoryLogStore(
                                    new StoreIdentity("c", RECEIVER, StoreId.of(1, 2)),
                                    1 << 20,
                                    confirmation -> {})
                            .open(GROUP, nobody())
                            .snapshots();
            receivers.fetch(GroupId.of("g" + i), own, SENDER, info, listener);
        }
        world.work();
        assertEquals(4, world.lane.size());
        receivers.forget(GroupId.of("g2"), () -> told.add("forgotten"));
        world.work();
        assertEquals("0 from sender", last());
        assertTrue(told.contains("forgotten"));
        assertEquals(5, world.lane.size());
    }

    @Test
    void whatNobodyAskedForIsIgnored() {
        SnapshotInfo info = save(SENDER, 7, bytes(2 * CHUNK));
        SnapshotReceivers receivers = receivers();
        receivers.onAnswer(SENDER, new Chunk(GROUP, 7, info.hash(), 0, bytes(CHUNK)));
        receivers.fetch(GROUP, store(RECEIVER), SENDER, info, listener);
        world.work();
        receivers.onAnswer(SENDER, new Chunk(GROUP, 7, info.hash(), 5, bytes(CHUNK)));
        receivers.onAnswer(SENDER, new Chunk(GROUP, 7, info.hash(), 0, bytes(3)));
        receivers.onAnswer(SENDER, new Chunk(GROUP, 7, "0".repeat(64), 0, bytes(CHUNK)));
        receivers.onAnswer(OTHER, new ChunkRefused(GROUP, 7, info.hash(), 0, Refusal.UNREADABLE));
        world.work();
        assertEquals(List.of("0 from sender"), told);
    }

    @Test
    void contentThatIsNotTheOneAnnouncedIsForgotten() {
        SnapshotInfo info = save(SENDER, 7, bytes(CHUNK));
        SnapshotReceivers receivers = receivers();
        receivers.fetch(GROUP, store(RECEIVER), SENDER, info, listener);
        world.work();
        byte[] other = bytes(CHUNK);
        other[9]++;
        receivers.onAnswer(SENDER, new Chunk(GROUP, 7, info.hash(), 0, other));
        world.work();
        world.advance(Duration.ofSeconds(1));
        assertTrue(last().startsWith("failed: the snapshot received is not the one"), last());
        assertFalse(store(RECEIVER).latest().isPresent());
    }

    @Test
    void aChunkThatTheTransportHasNoRoomForIsSentWhenItHas() {
        SnapshotInfo info = save(SENDER, 7, bytes(CHUNK));
        SnapshotSender sender = sender(SENDER, 1L << 40);
        world.full = true;
        sender.onRequest(RECEIVER, new ChunkRequest(GROUP, 7, info.hash(), 0, CHUNK));
        world.work();
        world.advance(Duration.ofMillis(50));
        world.full = false;
        world.advance(Duration.ofMillis(5));
        assertEquals(1, world.lane.size());
    }

    @Test
    void aSnapshotThatCannotBeReadIsRefusedAndAnotherOneTaken() {
        SnapshotInfo info = save(SENDER, 7, bytes(CHUNK));
        SnapshotStore broken =
                new SnapshotStore() {
                    @Override
                    public java.util.Optional<SnapshotInfo> latest() {
                        return java.util.Optional.of(info);
                    }

                    @Override
                    public SnapshotFile open() {
                        throw new StoreException("chunk 3 of it is damaged", null);
                    }

                    @Override
                    public SnapshotSink create(SnapshotMeta meta) {
                        throw new AssertionError();
                    }

                    @Override
                    public SnapshotSink receive(SnapshotInfo other) {
                        throw new AssertionError();
                    }
                };
        stores.put(SENDER, broken);
        SnapshotSender sender = sender(SENDER, 1L << 40);
        sender.onRequest(RECEIVER, new ChunkRequest(GROUP, 7, info.hash(), 0, CHUNK));
        world.work();
        assertEquals(
                new ChunkRefused(GROUP, 7, info.hash(), 0, Refusal.UNREADABLE),
                world.lane.get(0).message());
        assertEquals(List.of(GROUP), damaged);
    }
}
