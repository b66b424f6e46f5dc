package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.GROUP;
import static io.jangada.raft.impl.runtime.TestCluster.NUMBERS;
import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftBuilder;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.RaftHost;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.codec.Envelope;
import io.jangada.raft.impl.codec.MessageCodec;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Proposal;
import io.jangada.raft.impl.memory.MemoryLogStore;
import io.jangada.raft.impl.memory.MemoryNetwork;
import io.jangada.raft.impl.memory.MemoryTransport;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportException;
import io.jangada.raft.spi.TransportListener;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening and closing nodes and groups: each mistake gets one clear error. */
class HostTest {
    private static final Executor NEW_THREADS = task -> new Thread(task).start();

    private static MemoryLogStore store(String cluster, int entryBytesMax) {
        return new MemoryLogStore(
                new StoreIdentity(cluster, NodeId.of("n1"), StoreId.of(0, 1)),
                entryBytesMax,
                NEW_THREADS);
    }

    private static String refusal(Class<? extends Exception> type, RaftBuilder builder) {
        return assertThrows(
                        type,
                        () -> {
                            try (RaftHost host = builder.open()) {
                                throw new AssertionError("opened " + host.node());
                            }
                        })
                .getMessage();
    }

    private static void assertClosed(MemoryLogStore store) {
        assertThrows(
                StoreException.class,
                () -> store.rememberPeer(NodeId.of("n2"), StoreId.of(0, 2)),
                "the store was left open");
    }

    @Test
    void aNodeThatIsNotAmongItsPeers() {
        String words =
                refusal(
                        IllegalArgumentException.class,
                        Raft.inMemory("n9").peers("n1=h1:1", "n2=h2:1", "n3=h3:1"));

        assertEquals(
                "node n9 is not among its peers "
                        + Membership.ofVoters(
                                List.of(
                                        Member.parse("n1=h1:1"),
                                        Member.parse("n2=h2:1"),
                                        Member.parse("n3=h3:1")))
                        + ": name it there with its own address",
                words);
    }

    @Test
    void aNodeThatJoinsNamesItselfAndSomebodyElse() {
        assertEquals(
                "node n4 is not among its peers voters n1=h1:1: name it there with its own address",
                refusal(
                        IllegalArgumentException.class,
                        Raft.inMemory("n4").peers("n1=h1:1").join()));
        assertEquals(
                "node n4 is not among its peers : name it there with its own address",
                refusal(IllegalArgumentException.class, Raft.inMemory("n4").join()));
        assertEquals(
                "node n4 cannot join itself: name a member of the cluster among its peers",
                refusal(
                        IllegalArgumentException.class,
                        Raft.inMemory("n4").peers("n4=h4:1").join()));
        assertEquals(
                "node n4 cannot both join a cluster and found one on backup /b",
                refusal(
                        IllegalArgumentException.class,
                        Raft.inMemory("n4")
                                .peers("n1=h1:1", "n4=h4:1")
                                .join()
                                .restoreFrom(Path.of("/b"))));
    }

    @Test
    void aBackupThatIsNotThere(@TempDir Path folder) {
        Path file = folder.resolve("none");
        assertEquals(
                "there is no backup " + file,
                refusal(IllegalArgumentException.class, Raft.inMemory("n1").restoreFrom(file)));
    }

    @Test
    void aDataFolderWithoutADurableStore(@TempDir Path folder) {
        assertEquals(
                "node n1 has a data folder but no durable store is on the class path: add"
                        + " io.jangada:raft-storage-chronicle",
                refusal(IllegalStateException.class, Raft.at("n1", folder)));
    }

    @Test
    void entriesLargerThanTheStoreCanHold() {
        MemoryLogStore small = store("home", 4096);

        assertEquals(
                "entryBytesMax 9437184 is more than the store can hold in one record, 4096",
                refusal(IllegalArgumentException.class, Raft.inMemory("n1").store(small)));
        assertClosed(small);
    }

    /** Frames too large for the transport stopped every group of the node. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void messagesLargerThanTheTransportCanCarry(boolean entries) {
        MemoryLogStore store = store("home", 64 << 20);
        RaftConfig config =
                entries
                        ? RaftConfig.builder().entryBytesMax(17 << 20).build()
                        : RaftConfig.builder().appendBytesMax(7 << 20).build();

        assertEquals(
                entries
                        ? "entryBytesMax 17825792 makes messages of up to 17826088 bytes; the"
                                + " transport carries 16777216"
                        : "appendBytesMax 7340032 makes messages of up to 19573688 bytes; the"
                                + " transport carries 16777216",
                refusal(
                        IllegalArgumentException.class,
                        Raft.inMemory("n1").store(store).config(config)));
        assertClosed(store);
    }

    @Test
    void theDataOfAnotherCluster() {
        MemoryLogStore store = store("home", 64 << 20);

        assertEquals(
                "the data folder belongs to cluster 'home', not to 'away': use another folder, or"
                        + " that cluster's id",
                refusal(
                        IllegalArgumentException.class,
                        Raft.inMemory("n1").clusterId("away").store(store)));
        assertClosed(store);
    }

    @Test
    void theDataOfAClusterWinsOverPeersThatNameNone() {
        try (RaftHost host = Raft.inMemory("n1").store(store("home", 64 << 20)).open()) {
            assertEquals(NodeId.of("n1"), host.node());
        }
    }

    @Test
    void anAddressInUse() {
        MemoryNetwork network = new MemoryNetwork();
        MemoryLogStore store = store("home", 64 << 20);
        try (RaftHost first =
                Raft.inMemory("n1").transport(new MemoryTransport(network, "here")).open()) {
            assertEquals(Set.of(), first.groups());

            assertEquals(
                    "address here is in use by another node of this process",
                    refusal(
                            TransportException.class,
                            Raft.inMemory("n1")
                                    .store(store)
                                    .transport(new MemoryTransport(network, "here"))));
            assertClosed(store);
        }
    }

    /** A frame is good as a whole, or nothing in it is taken. */
    @Test
    void aFrameWithOneBadProposalAmongGoodMessages() throws Exception {
        AtomicReference<TransportListener> listener = new AtomicReference<>();
        MemoryTransport real = new MemoryTransport(new MemoryNetwork(), "h1:1");
        Transport transport =
                (Transport)
                        Proxy.newProxyInstance(
                                Transport.class.getClassLoader(),
                                new Class<?>[] {Transport.class},
                                (proxy, method, arguments) -> {
                                    if (method.getName().equals("start")) {
                                        listener.set((TransportListener) arguments[1]);
                                    }
                                    return method.invoke(real, arguments);
                                });
        try (RaftHost host =
                Raft.inMemory("n1").peers("n1=h1:1", "n2=h2:1").transport(transport).open()) {
            var group = host.group(GROUP, new Adder(), NUMBERS, NUMBERS);
            Proposal bad = new Proposal(EntryType.COMMAND, new byte[3]);
            OutboundFrame frame =
                    MessageCodec.encode(
                            List.of(
                                    new Envelope(GROUP, new Message.Heartbeat(50, 1, 0)),
                                    new Envelope(GROUP, new Message.ForwardProposal(50, 1, bad))));
            ByteBuffer bytes = ByteBuffer.allocate(frame.size());
            frame.writeTo(bytes);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> listener.get().onFrame(NodeId.of("n2"), bytes.flip()));
            // A heartbeat that was taken would show within this time.
            long end = System.nanoTime() + 300_000_000;
            while (System.nanoTime() - end < 0) {
                assertTrue(group.status().term() < 50, "the heartbeat was taken");
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void groupsOpenedTwiceOrOnAClosedNode() {
        RaftHost host = Raft.inMemory("n1").open();
        host.group(GROUP, new Adder(), NUMBERS, NUMBERS);

        assertEquals(
                "group adders is open already on node n1",
                assertThrows(
                                IllegalStateException.class,
                                () -> host.group(GROUP, new Adder(), NUMBERS, NUMBERS))
                        .getMessage());
        assertEquals(Set.of(GROUP), host.groups());
        host.close();
        assertEquals(Set.of(), host.groups());
        GroupId other = GroupId.of("other");
        assertEquals(
                "node n1 is closed",
                assertThrows(
                                IllegalStateException.class,
                                () -> host.group(other, new Adder(), NUMBERS, NUMBERS))
                        .getMessage());
        assertEquals(
                "node n1 is closed",
                assertThrows(IllegalStateException.class, () -> host.destroy(GROUP)).getMessage());
        host.close();
    }

    @Test
    void groupsThatNeverWereOrAreDestroyed() {
        try (RaftHost host = Raft.inMemory("n1").open()) {
            assertEquals(
                    "there is no group adders on this node",
                    assertThrows(IllegalStateException.class, () -> host.destroy(GROUP))
                            .getMessage());
            host.group(GROUP, new Adder(), NUMBERS, NUMBERS).close();
            host.destroy(GROUP);
            assertEquals(
                    "group adders was destroyed on this node",
                    assertThrows(
                                    IllegalStateException.class,
                                    () -> host.group(GROUP, new Adder(), NUMBERS, NUMBERS))
                            .getMessage());
        }
    }

    @Test
    void aGroupOpenedAgainReplaysItsLogAndTheOldHandleHasNoPowerOverIt() {
        try (RaftHost host = Raft.inMemory("n1").open()) {
            RaftGroup<Adder, Long, Long> old = host.group(GROUP, new Adder(), NUMBERS, NUMBERS);
            Await.get(old.write(3L));
            long session = Await.get(old.openSession());
            assertEquals(7, Await.get(old.write(session, 0, 4L)));
            old.close();

            RaftGroup<Adder, Long, Long> young = host.group(GROUP, new Adder(), NUMBERS, NUMBERS);
            old.close(); // Once more does nothing; it closed the new one.

            assertEquals(7, Await.get(young.write(session, 0, 4L)), "the session was replayed too");
            assertEquals(12, Await.get(young.write(5L)));
            assertEquals(Role.STOPPED, old.status().role());
            Await.failure(RejectedException.Closed.class, old.write(1L));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5})
    void callsThatMayTakeNoTime(long millis) {
        try (RaftHost host = Raft.inMemory("n1").open()) {
            RaftGroup<Adder, Long, Long> group = host.group(GROUP, new Adder(), NUMBERS, NUMBERS);
            Duration timeout = Duration.ofMillis(millis);
            String words = "timeout " + timeout + " is not positive";

            assertEquals(
                    words,
                    assertThrows(IllegalArgumentException.class, () -> group.write(1L, timeout))
                            .getMessage());
            assertEquals(
                    words,
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> group.read(ReadMode.INDEX, timeout, Adder::sum))
                            .getMessage());
        }
    }

    /** The clock overflowed, and the call was late before it began. */
    @Test
    void callsThatMayTakeForEver() {
        try (RaftHost host = Raft.inMemory("n1").config(QUICK).open()) {
            RaftGroup<Adder, Long, Long> group = host.group(GROUP, new Adder(), NUMBERS, NUMBERS);
            for (Duration ever :
                    new Duration[] {
                        Duration.ofNanos(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE)
                    }) {
                long before = Await.<Long>get(group.read(ReadMode.INDEX, ever, Adder::sum));
                assertEquals(before + 1, Await.get(group.write(1L, ever)));
            }
        }
    }
}
