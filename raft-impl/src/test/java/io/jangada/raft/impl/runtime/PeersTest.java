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
