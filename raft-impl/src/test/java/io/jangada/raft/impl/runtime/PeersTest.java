package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.impl.memory.MemoryLogStore;
import io.jangada.raft.impl.memory.MemoryNetwork;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whom a node talks to (Z33). */
class PeersTest {
    private static final NodeId N1 = NodeId.of("n1");
    private static final NodeId N2 = NodeId.of("n2");
    private static final StoreId STORE = StoreId.of(0, 0x11);
    private static final StoreId OTHER_STORE = StoreId.of(0, 0x22);

    private final MemoryLogStore store =
            new MemoryLogStore(new StoreIdentity("home", N1, StoreId.of(0, 1)));

    private Host host() {
        TestEnvironment environment = new TestEnvironment(new MemoryNetwork(), Set.of());
        return Host.open(
                new HostSpec(N1, null, List.of(), "home", null, QUICK, store, null), environment);
    }

    @Test
    void z33_aPeerThatComesBackWithAnotherDiskIsRefused() {
        try (Host host = host()) {
            assertEquals(Optional.empty(), host.onHello(new PeerIdentity("home", N2, STORE, 1)));
            assertEquals(Map.of(N2, STORE), store.knownPeers());
            assertEquals(
                    Optional.empty(),
                    host.onHello(new PeerIdentity("home", N2, STORE, 2)),
                    "a restart is no other disk");

            assertEquals(
                    Optional.of(
                            "node n2 comes with store "
                                    + OTHER_STORE
                                    + ", but node n1 knows it with store "
                                    + STORE
                                    + ": its disk was lost or replaced; give it a new node id"),
                    host.onHello(new PeerIdentity("home", N2, OTHER_STORE, 3)));
            assertEquals(Map.of(N2, STORE), store.knownPeers());
        }
    }

    @Test
    void aPeerOfAnotherClusterIsRefusedAndNotRemembered() {
        try (Host host = host()) {
            assertEquals(
                    Optional.of("node n2 is of cluster away, node n1 of cluster home"),
                    host.onHello(new PeerIdentity("away", N2, STORE, 1)));
            assertEquals(Map.of(), store.knownPeers());
        }
    }

    @Test
    void aPeerOfTheSameNameIsRefused() {
        try (Host host = host()) {
            assertEquals(
                    Optional.of("node n1 met another node of its own name"),
                    host.onHello(new PeerIdentity("home", N1, STORE, 1)));
        }
    }

    private static Host joiner(MemoryLogStore store, @Nullable String cluster) {
        List<Member> peers = List.of(new Member(N1, "n1:1"), new Member(N2, "n2:1"));
        return Host.open(
                new HostSpec(
                        N1, null, peers, cluster, null, QUICK, store, null, null, true, 0, 1 << 20,
                        null),
                new TestEnvironment(new MemoryNetwork(), Set.of()));
    }

    private static MemoryLogStore storeOfAJoiner() {
        return new MemoryLogStore(new StoreIdentity("", N1, StoreId.of(0, 1)));
    }

    @Test
    void aNodeThatWaitsToJoinIsTalkedToAndRemembered() {
        try (Host host = host()) {
            assertEquals(Optional.empty(), host.onHello(new PeerIdentity("", N2, STORE, 1)));
            assertEquals(Map.of(N2, STORE), store.knownPeers());
            assertTrue(
                    host.onHello(new PeerIdentity("", N2, OTHER_STORE, 1)).isPresent(),
                    "joining is no way around Z33");
        }
    }

    @Test
    void aJoinerTakesTheClusterOfTheFirstPeerThatItMeetsAndIsStrictThen() {
        MemoryLogStore empty = storeOfAJoiner();
        try (Host host = joiner(empty, null)) {
            assertEquals(
                    Optional.of("node n2 waits to join a cluster, as node n1 does"),
                    host.onHello(new PeerIdentity("", N2, STORE, 1)));
            assertEquals(
                    Optional.of("node n1 waits to join a cluster and was not told of node n7"),
                    host.onHello(new PeerIdentity("away", NodeId.of("n7"), STORE, 1)));
            assertEquals("", empty.identity().clusterId());

            assertEquals(Optional.empty(), host.onHello(new PeerIdentity("home", N2, STORE, 1)));

            assertEquals("home", empty.identity().clusterId());
            assertEquals(
                    Optional.of("node n2 is of cluster away, node n1 of cluster home"),
                    host.onHello(new PeerIdentity("away", N2, STORE, 1)));
            assertEquals(
                    Optional.empty(),
                    host.onHello(new PeerIdentity("", NodeId.of("n7"), OTHER_STORE, 1)),
                    "it is a member now like others");
        }
    }

    @Test
    void aJoinerThatWasToldItsClusterTakesNoOther() {
        MemoryLogStore empty = storeOfAJoiner();
        try (Host host = joiner(empty, "home")) {
            assertEquals(
                    Optional.of("node n2 is of cluster away, node n1 waits to join cluster home"),
                    host.onHello(new PeerIdentity("away", N2, STORE, 1)));
            assertEquals(Optional.empty(), host.onHello(new PeerIdentity("home", N2, STORE, 1)));
        }
    }

    /**
     * The third node comes back with an empty store: it must not vote away what it had promised.
     */
    @Test
    void z33_aWipedNodeTakesNoPart() {
        MemoryNetwork network = new MemoryNetwork();
        List<Member> members = new ArrayList<>();
        for (String id : List.of("n1", "n2", "n3")) {
            members.add(new Member(NodeId.of(id), id + ":1"));
        }
        List<Host> hosts = new ArrayList<>();
        List<RaftGroup<Adder, Long, Long>> groups = new ArrayList<>();
        try {
            for (Member member : members) {
                open(member, members, network, hosts, groups);
            }
            Await.get(groups.get(2).write(1L)); // They have met.
            Await.get(groups.get(0).write(1L));
            hosts.get(2).close();

            open(members.get(2), members, network, hosts, groups);

            assertEquals(3, Await.get(groups.get(0).write(1L)));
            RaftGroup<Adder, Long, Long> wiped = groups.get(3);
            Await.failure(
                    RejectedException.NoLeader.class, wiped.write(9L, Duration.ofMillis(800)));
            assertTrue(wiped.status().leader().isEmpty());
            assertEquals(0, wiped.status().term(), "nobody answers its pre-votes");
            assertEquals(3, Await.<Long>get(groups.get(1).read(Adder::sum)));
        } finally {
            hosts.forEach(Host::close);
        }
    }

    private static void open(
            Member member,
            List<Member> members,
            MemoryNetwork network,
            List<Host> hosts,
            List<RaftGroup<Adder, Long, Long>> groups) {
        HostSpec spec = new HostSpec(member.id(), null, members, null, null, QUICK, null, null);
        Host host = Host.open(spec, new TestEnvironment(network, Set.of()));
        hosts.add(host);
        groups.add(
                host.group(
                        TestCluster.GROUP, new Adder(), TestCluster.NUMBERS, TestCluster.NUMBERS));
    }
}
