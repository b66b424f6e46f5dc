package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.GROUP;
import static io.jangada.raft.impl.runtime.TestCluster.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.MembershipChange.Add;
import io.jangada.raft.api.MembershipChange.AddLearner;
import io.jangada.raft.api.MembershipChange.Become;
import io.jangada.raft.api.MembershipChange.Promote;
import io.jangada.raft.api.MembershipChange.Remove;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftException;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.Role;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Changes of membership as their callers see them (paper §6, thesis §4). */
class MembershipTest {
    private final TestCluster cluster = TestCluster.of(3);

    @AfterEach
    void close() {
        cluster.close();
    }

    private static Member member(int number) {
        return new Member(node(number), node(number) + ":1");
    }

    private static Membership voters(int... numbers) {
        List<Member> members = new ArrayList<>();
        for (int number : numbers) {
            members.add(member(number));
        }
        return Membership.ofVoters(members);
    }

    private RaftGroup<Adder, Long, Long> leader() {
        return cluster.groups.get(cluster.awaitLeader());
    }

    private Membership change(RaftGroup<Adder, Long, Long> asked, MembershipChange change) {
        return Await.get(asked.admin().change(change));
    }

    private void awaitMembers(RaftGroup<Adder, Long, Long> group, Membership expected) {
        Await.until(
                () -> expected + ": " + group.status(),
                () -> group.status().membership().equals(expected));
    }

    /** As often as it takes: on a busy machine a leader may lose its office in the midst of it. */
    private static void handOver(
            RaftGroup<Adder, Long, Long> asked, RaftGroup<Adder, Long, Long> target) {
        NodeId id = target.status().node();
        Await.until(
                () -> id + " leads: " + target.status(),
                () -> {
                    asked.admin().transferLeadership(id).exceptionally(late -> null).join();
                    return target.status().role() == Role.LEADER;
                });
    }

    private String refusal(RaftGroup<Adder, Long, Long> asked, MembershipChange change) {
        return Await.failure(
                        RejectedException.MembershipRefused.class, asked.admin().change(change))
                .getMessage();
    }

    @Test
    void s32_aNodeIsAddedFromAFollowerAndVotes() {
        for (long number = 1; number <= 100; number++) {
            Await.get(leader().write(number));
        }
        RaftGroup<Adder, Long, Long> fourth = cluster.join("n4:1");
        RaftGroup<Adder, Long, Long> asked =
                cluster.groups.get((cluster.awaitAgreed(0, 1, 2) + 1) % 3);

        assertEquals(voters(0, 1, 2, 3), change(asked, new Add(member(3))));

        awaitMembers(fourth, voters(0, 1, 2, 3));
        assertEquals(100, cluster.awaitEqualMachines().size());
        handOver(asked, fourth);
        assertEquals(5051, Await.get(fourth.write(1L)));
    }

    @Test
    void askingAgainForWhatIsSoIsHarmless() {
        RaftGroup<Adder, Long, Long> group = leader();
        long last = group.status().lastIndex();
        assertEquals(voters(0, 1, 2), change(group, new Add(member(1))));
        assertEquals(voters(0, 1, 2), change(group, new Promote(node(1))));
        assertEquals(voters(0, 1, 2), change(group, new Remove(node(7))));
        assertEquals(voters(0, 1, 2), change(group, new Become(voters(0, 1, 2))));
        assertEquals(last, group.status().lastIndex());
    }

    @Test
    void s37_aLearnerIsAddedPromotedAndTakenOutAgain() {
        RaftGroup<Adder, Long, Long> fourth = cluster.join("n4:1");
        RaftGroup<Adder, Long, Long> asked = cluster.groups.get(0);
        Membership withLearner =
                Membership.of(voters(0, 1, 2).voters().values(), List.of(), List.of(member(3)));

        assertEquals(withLearner, change(asked, new AddLearner(member(3))));
        awaitMembers(fourth, withLearner);
        Await.until("it is a learner", () -> fourth.status().role() == Role.LEARNER);
        assertEquals(7, Await.get(fourth.write(7L)), "a learner passes calls on like a follower");

        assertEquals(voters(0, 1, 2, 3), change(fourth, new Promote(node(3))));
        assertEquals(
                withLearner,
                change(asked, new Become(withLearner)),
                "a voter becomes a learner again");
        assertEquals(voters(0, 1, 2), change(fourth, new Remove(node(3))));
    }

    @Test
    void s33_theLeaderIsRemovedByItsOwnHand() {
        int old = cluster.awaitLeader();
        RaftGroup<Adder, Long, Long> leader = cluster.groups.get(old);
        Await.get(leader.write(5L));
        List<RaftEvent> events = new CopyOnWriteArrayList<>();
        leader.events(events::add);

        Membership left = change(leader, new Remove(node(old)));

        assertEquals(new Remove(node(old)).appliedTo(voters(0, 1, 2)), left);
        cluster.awaitAgreed((old + 1) % 3, (old + 2) % 3);
        Await.until(
                () -> "it knows that it is out: " + events,
                () -> events.stream().anyMatch(RaftEvent.Removed.class::isInstance));
        assertNotEquals(Role.LEADER, leader.status().role());
        assertEquals(6, Await.get(cluster.groups.get((old + 1) % 3).write(1L)));
        assertTrue(leader.admin().why().contains("was removed from group"), leader.admin().why());
    }

    /** S34, node by node, with every acknowledged write found again at the end. */
    @Test
    void allThreeNodesAreReplacedUnderWrites() throws Exception {
        cluster.awaitLeader();
        AtomicBoolean ended = new AtomicBoolean();
        Set<Long> acknowledged = new TreeSet<>();
        CompletableFuture<Void> writer =
                CompletableFuture.runAsync(() -> writeUntil(ended, acknowledged));

        for (int i = 0; i < 3; i++) {
            cluster.join(node(i + 3) + ":1");
            RaftGroup<Adder, Long, Long> asked = cluster.groups.get(i);
            change(asked, new Add(member(i + 3)));
            change(cluster.groups.get(i + 3), new Remove(node(i)));
            cluster.hosts.get(i).close();
        }
        ended.set(true);
        Await.get(writer);

        assertEquals(voters(3, 4, 5), leader().status().membership());
        List<Long> applied = cluster.awaitEqualMachines();
        acknowledged.removeAll(applied);
        assertEquals(Set.of(), acknowledged, "acknowledged and lost");
        assertEquals(Set.copyOf(applied).size(), applied.size(), "applied once");
    }

    private void writeUntil(AtomicBoolean ended, Set<Long> acknowledged) {
        for (long number = 1; !ended.get(); number++) {
            List<RaftGroup<Adder, Long, Long>> groups = List.copyOf(cluster.groups);
            RaftGroup<Adder, Long, Long> last = groups.get((int) (number % groups.size()));
            if (last.status().role() != Role.STOPPED) {
                try {
                    last.write(number, Duration.ofSeconds(5)).join();
                    acknowledged.add(number);
                } catch (CompletionException e) {
                    if (!(e.getCause() instanceof RaftException)) {
                        throw e;
                    }
                }
            }
        }
    }

    @Test
    void s34_aMajorityIsReplacedInOneChange() {
        Await.get(leader().write(5L));
        cluster.join("n4:1");
        cluster.join("n5:1");
        Membership target = voters(0, 3, 4);

        assertEquals(target, Await.get(cluster.groups.get(1).admin().reconfigure(target)));

        cluster.hosts.get(1).close();
        cluster.hosts.get(2).close();
        assertEquals(6, Await.get(cluster.groups.get(3).write(1L)));
    }

    @Test
    void changesThatMakeNoSenseAreRefusedWithTheReason() {
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(cluster.awaitFollower());
        assertEquals(
                "node n9 is not a member: " + voters(0, 1, 2) + "; add it first",
                refusal(group, new Promote(NodeId.of("n9"))));
        assertEquals(
                "node n1 is a voter; remove it before it can be a learner",
                refusal(group, new AddLearner(member(0))));
        assertEquals(voters(0, 1, 2), group.status().membership());
    }

    @Test
    void aNewVoterThatDoesNotAnswerIsGivenUpAndTakenOutAgain() {
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(cluster.awaitFollower());
        assertEquals("node n9 does not answer", refusal(group, new Add(member(8))));
        awaitMembers(group, voters(0, 1, 2));
    }

    @Test
    void aNodeMovesToAnotherAddress() {
        LastingStore disk = new LastingStore(new StoreIdentity("", node(3), StoreId.of(9, 9)));
        cluster.join(node(3), "n4:1", disk);
        change(cluster.groups.get(0), new Add(member(3)));
        cluster.hosts.get(3).close();
        Member moved = new Member(node(3), "elsewhere:9");

        Membership now = change(cluster.groups.get(1), new Add(moved));
        assertEquals(Optional.of(moved), now.member(node(3)));
        assertEquals(4, now.voters().size());

        RaftGroup<Adder, Long, Long> again = cluster.join(node(3), "elsewhere:9", disk);
        assertEquals(8, Await.get(again.write(8L)));
        awaitMembers(again, now);
        handOver(cluster.groups.get(0), again);
    }

    @Test
    void aNodeThatWaitsToBeAddedSaysSo() {
        cluster.cutOff(0, 1, 2);
        RaftGroup<Adder, Long, Long> fourth = cluster.join("n4:1");
        Await.until(
                () -> "it met them: " + fourth.admin().why(),
                () ->
                        fourth.admin()
                                .why()
                                .equals(
                                        "node n4 waits to be added to group "
                                                + GROUP
                                                + ": ask one of its members to add it"));
        Await.failure(
                RejectedException.NoLeader.class,
                fourth.admin().change(new Add(member(3)), Duration.ofMillis(300)));
    }

    /** The folder remembers that it joined, whatever the node is told when it starts again. */
    @Test
    void aNodeThatJoinedStartsAgainWithAndWithoutBeingToldSo() {
        LastingStore disk = new LastingStore(new StoreIdentity("", node(3), StoreId.of(9, 9)));
        RaftGroup<Adder, Long, Long> first = cluster.join(node(3), "n4:1", disk);
        Await.until(() -> "it met them: " + disk.identity(), () -> isMember(disk));
        assertEquals(0, first.status().lastIndex(), "it founds nothing");
        cluster.hosts.get(3).close();

        HostSpec plain =
                new HostSpec(
                        node(3),
                        null,
                        List.copyOf(voters(0, 1, 2, 3).members()),
                        null,
                        null,
                        TestCluster.QUICK,
                        disk,
                        null);
        try (Host host = cluster.host(plain)) {
            RaftGroup<Adder, Long, Long> second =
                    host.group(GROUP, new Adder(), TestCluster.NUMBERS, TestCluster.NUMBERS);
            assertEquals(0, second.status().lastIndex(), "it founds nothing still");
            change(cluster.groups.get(1), new Add(member(3)));
            assertEquals(7, Await.get(second.write(7L)));
        }
        RaftGroup<Adder, Long, Long> third = cluster.join(node(3), "n4:1", disk);
        assertEquals(9, Await.get(third.write(2L)));
    }

    private static boolean isMember(LastingStore disk) {
        return !disk.identity().clusterId().isEmpty();
    }

    /** Rule Z33: a node that lost its disk is another node, also after it was removed. */
    @Test
    void z33_aRemovedIdWithAnotherDiskStaysRefused() {
        int gone = cluster.awaitFollower();
        int asked = cluster.awaitLeader();
        Await.get(cluster.groups.get(gone).write(1L)); // They have met.
        change(cluster.groups.get(asked), new Remove(node(gone)));
        cluster.hosts.get(gone).close();

        cluster.join(node(gone), node(gone) + ":1", null);

        String why = refusal(cluster.groups.get(asked), new Add(member(gone)));
        assertTrue(
                why.startsWith(
                        "node "
                                + node(gone)
                                + " does not answer: node "
                                + node(gone)
                                + " comes with store "),
                why);
        assertTrue(why.endsWith(": its disk was lost or replaced; give it a new node id"), why);
        cluster.hosts.get(3).close();
        RaftGroup<Adder, Long, Long> other = cluster.join(NodeId.of("n7"), "n7:1", null);
        change(cluster.groups.get(asked), new Add(Member.parse("n7=n7:1")));
        assertEquals(3, Await.get(other.write(2L)));
    }

    @Test
    void saysWhyThereIsNoLeader() {
        int last = cluster.awaitFollower();
        cluster.cutOff((last + 1) % 3, (last + 2) % 3);
        RaftGroup<Adder, Long, Long> alone = cluster.groups.get(last);
        Await.until(
                () -> "it misses the others: " + alone.admin().why(),
                () ->
                        alone.admin()
                                .why()
                                .startsWith(
                                        "no leader can be elected: only 1 of 3 voters are heard, 2"
                                                + " are needed: n"));
        cluster.heal();
        int leader = cluster.awaitLeader();
        Await.until(
                () -> "all is well: " + alone.admin().why(),
                () ->
                        alone.admin()
                                .why()
                                .equals(
                                        node(leader)
                                                + " leads in term "
                                                + alone.status().term()
                                                + ", nothing is waited for"));
    }

    @Test
    void eachNodeTellsOfTheChange() {
        RaftGroup<Adder, Long, Long> fourth = cluster.join("n4:1");
        List<RaftEvent> events = new CopyOnWriteArrayList<>();
        List<RaftEvent> eventsOfTheFourth = new CopyOnWriteArrayList<>();
        cluster.groups.get(0).events(events::add);
        fourth.events(eventsOfTheFourth::add);

        change(cluster.groups.get(1), new Add(member(3)));

        Await.until(() -> "told: " + events, () -> tells(events, voters(0, 1, 2, 3)));
        Await.until(
                () -> "told: " + eventsOfTheFourth,
                () -> tells(eventsOfTheFourth, voters(0, 1, 2, 3)));
    }

    private static boolean tells(List<RaftEvent> events, Membership membership) {
        return events.stream()
                .anyMatch(
                        event ->
                                event instanceof RaftEvent.MembershipChanged changed
                                        && changed.membership().equals(membership));
    }

    @Test
    void callsThatMayTakeNoTime() {
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(0);
        assertThrows(
                IllegalArgumentException.class,
                () -> group.admin().change(new Remove(node(1)), Duration.ZERO));
    }
}
