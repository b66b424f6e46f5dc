package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportListener;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Whom a host connects to, as the memberships of its groups change. A removed node stays for 100.
 */
class ConnectionsTest {
    private static final GroupId A = GroupId.of("a");
    private static final GroupId B = GroupId.of("b");
    private static final NodeId N3 = NodeId.of("n3");

    private final List<String> calls = new ArrayList<>();
    private final Peers peers =
            new Peers(
                    NodeId.of("n1"),
                    new Recorder(),
                    List.of(Member.parse("n1=h1:1"), Member.parse("n2=h2:1")),
                    100);

    private final class Recorder implements Transport {
        @Override
        public void start(PeerIdentity self, TransportListener listener) {}

        @Override
        public void identify(PeerIdentity self) {}

        @Override
        public void connect(NodeId peer, String address) {
            calls.add("connect " + peer + " " + address);
        }

        @Override
        public void disconnect(NodeId peer) {
            calls.add("disconnect " + peer);
        }

        @Override
        public boolean send(NodeId to, OutboundFrame frame) {
            return false;
        }

        @Override
        public boolean sendBulk(NodeId to, OutboundFrame frame) {
            return false;
        }

        @Override
        public int frameBytesMax() {
            return 1;
        }

        @Override
        public void close() {}
    }

    private static Membership members(String text) {
        return Membership.parse(text);
    }

    /** What happened since the last look. */
    private List<String> calls() {
        List<String> now = List.copyOf(calls);
        calls.clear();
        return now;
    }

    @Test
    void peersToldAtTheStartAreConnectedUntilAGroupKnowsBetter() {
        peers.connectSeeds();
        assertEquals(List.of("connect n2 h2:1"), calls());

        peers.follow(A, Membership.EMPTY, 0); // A node that waits to be added.
        peers.lookAfter(1_000_000);
        assertEquals(List.of(), calls());

        peers.follow(A, members("voters n1=h1:1,n3=h3:1"), 0);
        assertEquals(List.of("connect n3 h3:1"), calls());
        peers.lookAfter(99);
        assertEquals(List.of(), calls());
        peers.lookAfter(100);
        assertEquals(List.of("disconnect n2"), calls());
    }

    @Test
    void everybodyInAJointConfigurationIsConnectedAndLearnersToo() {
        peers.follow(A, members("voters n1=h1:1,n2=h2:1; outgoing n3=h3:1; learners n4=h4:1"), 0);
        assertEquals(List.of("connect n2 h2:1", "connect n3 h3:1", "connect n4 h4:1"), calls());
    }

    @Test
    void aMemberThatMovedIsDialledAtItsNewAddress() {
        peers.follow(A, members("voters n1=h1:1,n2=h2:1"), 0);
        calls();
        peers.follow(A, members("voters n1=h1:1,n2=h2:1"), 0);
        assertEquals(List.of(), calls());
        peers.follow(A, members("voters n1=h1:1,n2=elsewhere:2"), 0);
        assertEquals(List.of("connect n2 elsewhere:2"), calls());
    }

    @Test
    void aNodeRemovedFromOneGroupStaysWhileAnotherHasIt() {
        peers.follow(A, members("voters n1=h1:1,n3=h3:1"), 0);
        peers.follow(B, members("voters n1=h1:1,n3=h3:1"), 0);
        calls();

        peers.follow(A, members("voters n1=h1:1"), 10);
        peers.lookAfter(1000);
        assertEquals(List.of(), calls());

        peers.leave(B, 2000);
        peers.lookAfter(2099);
        assertEquals(List.of(), calls());
        peers.lookAfter(2100);
        assertEquals(List.of("disconnect n3"), calls());
        peers.lookAfter(5000);
        assertEquals(List.of(), calls());
    }

    @Test
    void aNodeAddedAgainInTimeIsNotDisconnected() {
        peers.follow(A, members("voters n1=h1:1,n3=h3:1"), 0);
        peers.follow(A, members("voters n1=h1:1"), 10);
        peers.follow(A, members("voters n1=h1:1; learners n3=h3:1"), 50);
        peers.lookAfter(1000);
        assertEquals(List.of("connect n3 h3:1"), calls());
    }

    /** Z42: it may be told that it is out, so somebody must be able to tell it. */
    @Test
    void z42_aRemovedNodeThatComesBackIsAnsweredForAWhile() {
        peers.follow(A, members("voters n1=h1:1,n3=h3:1"), 0);
        peers.follow(A, members("voters n1=h1:1"), 0);
        peers.lookAfter(100);
        assertEquals(List.of("connect n3 h3:1", "disconnect n3"), calls());

        peers.met(N3, "", 500);
        assertEquals(List.of("connect n3 h3:1"), calls());
        peers.lookAfter(599);
        assertEquals(List.of(), calls());
        peers.lookAfter(600);
        assertEquals(List.of("disconnect n3"), calls());
        peers.met(NodeId.of("n9"), "", 700); // A stranger: where it is, nobody knows.
        assertEquals(List.of(), calls());
    }

    /** A leader elected meanwhile is not in this log yet, and brings it up to date. */
    @Test
    void aStrangerThatSaysWhereItIsIsAnsweredAsLongAsItTalks() {
        NodeId stranger = NodeId.of("n9");
        peers.met(stranger, "h9:1", 0);
        assertEquals(List.of("connect n9 h9:1"), calls());
        peers.met(stranger, "h9:1", 10);
        assertEquals(List.of(), calls());
        peers.met(stranger, "elsewhere:2", 20);
        assertEquals(List.of("connect n9 elsewhere:2"), calls());

        peers.heard(stranger, 90);
        peers.lookAfter(150);
        assertEquals(List.of(), calls());
        peers.lookAfter(190);
        assertEquals(List.of("disconnect n9"), calls());
    }

    /** Its own connection to this node may have lasted: there is no second introduction then. */
    @Test
    void whoWasForgottenAndTalksAgainIsAnswered() {
        peers.follow(A, members("voters n1=h1:1,n3=h3:1"), 0);
        peers.follow(A, members("voters n1=h1:1"), 0);
        peers.lookAfter(100);
        assertEquals(List.of("connect n3 h3:1", "disconnect n3"), calls());

        peers.heard(N3, 500);
        peers.heard(N3, 550);
        assertEquals(List.of("connect n3 h3:1"), calls());
        peers.lookAfter(600);
        assertEquals(List.of(), calls());
        peers.lookAfter(650);
        assertEquals(List.of("disconnect n3"), calls());
    }

    @Test
    void aStrangerThatBecomesAMemberStays() {
        peers.met(N3, "h3:1", 0);
        peers.follow(A, members("voters n1=h1:1,n3=h3:1"), 10);
        peers.lookAfter(1000);
        assertEquals(List.of("connect n3 h3:1"), calls());
    }

    @Test
    void describesHowItStandsWithANode() {
        peers.follow(A, members("voters n1=h1:1,n3=h3:1"), 0);
        assertEquals("is not known here", peers.describe(NodeId.of("n9"), 0));
        assertEquals("was not heard yet (h3:1)", peers.describe(N3, 0));
        assertFalse(peers.isHeardSince(N3, 0));

        peers.heard(N3, 2_000_000_000L);
        assertEquals("was last heard 1.5 s ago (h3:1)", peers.describe(N3, 3_500_000_000L));
        assertTrue(peers.isHeardSince(N3, 2_000_000_000L));
        assertFalse(peers.isHeardSince(N3, 2_000_000_001L));

        peers.refused(N3, "its disk was lost");
        assertEquals("is refused (its disk was lost)", peers.describe(N3, 0));
        peers.met(N3, "", 0);
        assertEquals("was last heard 0.0 s ago (h3:1)", peers.describe(N3, 2_000_000_000L));
    }
}
