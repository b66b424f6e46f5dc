package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.NUMBERS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.codec.FutureFrames;
import io.jangada.raft.impl.memory.MemoryNetwork;
import io.jangada.raft.impl.memory.MemoryTransport;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportListener;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A cluster in the middle of an update (S56): n3 is of a version to come, whose messages have
 * fields that n1 and n2 do not know.
 */
class MixedVersionsTest {
    private static final RaftConfig CONFIG =
            TestCluster.QUICK.toBuilder().trailingEntries(0).build();
    private static final int YOUNG = 2;

    private final MemoryNetwork network = new MemoryNetwork();
    private final List<Host> hosts = new ArrayList<>();
    private final List<Adder> machines = new ArrayList<>();
    private final List<RaftGroup<Adder, Long, Long>> groups = new ArrayList<>();
    private final Set<NodeId> cutOff = ConcurrentHashMap.newKeySet();

    /** How many frames of n3 had unknown fields. */
    private final AtomicLong longer = new AtomicLong();

    private final AtomicLong longerBulk = new AtomicLong();
    private long written;

    @BeforeEach
    void open() {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            members.add(new Member(id(i), id(i) + ":1"));
        }
        for (Member member : members) {
            boolean young = member.id().equals(id(YOUNG));
            Transport transport = new Edited(member, young);
            HostSpec spec =
                    new HostSpec(member.id(), null, members, null, null, CONFIG, null, transport);
            hosts.add(Host.open(spec, new TestEnvironment(network, cutOff)));
            machines.add(new Adder.WithViews());
        }
        for (int i = 0; i < 3; i++) {
            groups.add(hosts.get(i).group(TestCluster.GROUP, machines.get(i), NUMBERS, NUMBERS));
        }
    }

    @AfterEach
    void close() {
        hosts.forEach(Host::close);
    }

    private static NodeId id(int number) {
        return TestCluster.node(number);
    }

    /** Writes through every node, and reads through every node what was written. */
    private void work(int... nodes) {
        for (int node : nodes) {
            Await.get(groups.get(node).write(1L));
            written++;
        }
        for (int node : nodes) {
            assertEquals(written, Await.get(groups.get(node).read(Adder::sum)));
        }
    }

    private void lead(int node) {
        lead(node, 0, 1, YOUNG);
    }

    /** Hands the leadership to a node, and waits until these know. */
    private void lead(int node, int... members) {
        Await.until(
                () -> id(node) + " leads: " + groups,
                () -> {
                    if (groups.get(node).status().role() == Role.LEADER) {
                        return true;
                    }
                    groups.get(node).admin().transferLeadership(id(node));
                    return false;
                });
        Await.until(
                () -> "all follow it: " + groups, () -> follow(members).equals(Set.of(id(node))));
    }

    private Set<NodeId> follow(int... members) {
        Set<NodeId> leaders = new HashSet<>();
        for (int member : members) {
            leaders.add(groups.get(member).status().leader().orElse(NodeId.of("nobody")));
        }
        return leaders;
    }

    @Test
    void s56_nodesOfBothVersionsLeadInTurnAndServe() {
        for (int leader : new int[] {YOUNG, 0, YOUNG, 1}) {
            lead(leader);
            work(0, 1, YOUNG);
        }
        assertTrue(longer.get() > 10, "frames had fields that nobody knows");
    }

    @Test
    void s56_aSnapshotGoesFromTheYoungVersionToTheOldOne() {
        installs(YOUNG, 0);
        assertTrue(longerBulk.get() > 0, "its chunks had fields that nobody knows");
    }

    @Test
    void s56_aSnapshotGoesFromTheOldVersionToTheYoungOne() {
        installs(0, YOUNG);
        assertTrue(longerBulk.get() > 0, "its requests had fields that nobody knows");
    }

    private void installs(int leader, int lagging) {
        lead(leader);
        work(0, 1, YOUNG);
        cutOff.add(id(lagging));
        int other = 3 - leader - lagging;
        for (int round = 0; round < 5; round++) {
            work(leader, other);
        }
        Await.get(groups.get(leader).admin().snapshot());
        long needed = groups.get(lagging).status().lastIndex() + 1;
        Await.until(
                "its entries are gone", () -> groups.get(leader).status().firstIndex() > needed);
        cutOff.clear();
        Await.until(
                () -> "it has the snapshot: " + groups, () -> machines.get(lagging).loads() > 0);
        work(0, 1, YOUNG);
    }

    @Test
    void s56_membersAreChangedByBothVersions() {
        lead(0);
        change(YOUNG, new MembershipChange.Remove(id(1)));
        work(0, YOUNG);
        lead(YOUNG, 0, YOUNG);
        change(0, new MembershipChange.Add(new Member(id(1), id(1) + ":1")));
        work(0, 1, YOUNG);
    }

    private void change(int through, MembershipChange change) {
        assertFalse(Await.get(groups.get(through).admin().change(change)).isJoint());
    }

    /** Adds fields to what leaves a node, if it is of the version to come. */
    private final class Edited implements Transport {
        private final MemoryTransport real;
        private final NodeId self;
        private final boolean young;

        Edited(Member self, boolean young) {
            this.real = new MemoryTransport(network, self.address());
            this.self = self.id();
            this.young = young;
        }

        @Override
        public void start(PeerIdentity identity, TransportListener listener) {
            real.start(identity, listener);
        }

        @Override
        public void identify(PeerIdentity identity) {
            real.identify(identity);
        }

        @Override
        public void connect(NodeId peer, String address) {
            real.connect(peer, address);
        }

        @Override
        public void disconnect(NodeId peer) {
            real.disconnect(peer);
        }

        @Override
        public boolean send(NodeId to, OutboundFrame frame) {
            OutboundFrame edited = edited(frame, FutureFrames::withUnknownFields, longer);
            return isLost(to) || real.send(to, edited);
        }

        @Override
        public boolean sendBulk(NodeId to, OutboundFrame frame) {
            OutboundFrame edited = edited(frame, FutureFrames::withUnknownBulkFields, longerBulk);
            return isLost(to) || real.sendBulk(to, edited);
        }

        private boolean isLost(NodeId to) {
            return cutOff.contains(self) || cutOff.contains(to);
        }

        private OutboundFrame edited(
                OutboundFrame frame, UnaryOperator<byte[]> edit, AtomicLong count) {
            if (!young) {
                return frame;
            }
            ByteBuffer plain = ByteBuffer.allocate(frame.size());
            frame.writeTo(plain);
            byte[] bytes = edit.apply(plain.array());
            count.incrementAndGet();
            return new OutboundFrame() {
                @Override
                public int size() {
                    return bytes.length;
                }

                @Override
                public void writeTo(ByteBuffer target) {
                    target.put(bytes);
                }
            };
        }

        @Override
        public int frameBytesMax() {
            return real.frameBytesMax();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
