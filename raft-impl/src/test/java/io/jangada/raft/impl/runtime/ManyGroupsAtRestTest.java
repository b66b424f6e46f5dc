package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many groups with nothing to do on three hosts of one process (S53). */
@Tag("long")
class ManyGroupsAtRestTest {
    private static final int GROUPS = 120;

    /** Patient, so that a busy machine moves no leader by itself. */
    private static final RaftConfig DROWSY =
            QUICK.toBuilder()
                    .electionTimeout(Duration.ofMillis(1000))
                    .heartbeatInterval(Duration.ofMillis(100))
                    .hibernateAfter(Duration.ofMillis(1000))
                    .build();

    private final TestCluster cluster = new TestCluster(3, DROWSY);

    /** By group, then node. */
    private final List<List<RaftGroup<Adder, Long, Long>>> groups = new ArrayList<>();

    private final Queue<RaftEvent> events = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void fallAsleep() {
        for (int i = 0; i < GROUPS; i++) {
            List<RaftGroup<Adder, Long, Long>> nodes = new ArrayList<>();
            for (int node = 0; node < 3; node++) {
                Adder machine = new Adder();
                cluster.machines.add(machine);
                nodes.add(cluster.open(node, GroupId.of("group-" + i), machine));
            }
            groups.add(nodes);
        }
        awaitRest();
        groups.forEach(nodes -> nodes.forEach(node -> node.events(events::add)));
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void awaitRest() {
        Await.until(() -> count(false) + " of all copies do not rest", () -> count(false) == 0);
    }

    /** How many copies rest, or do not. */
    private long count(boolean resting) {
        return groups.stream().flatMap(List::stream).filter(node -> rests(node) == resting).count();
    }

    private static boolean rests(RaftGroup<Adder, Long, Long> node) {
        return core(node).status().resting();
    }

    private static GroupCore<?, ?, ?> core(RaftGroup<Adder, Long, Long> node) {
        return ((Replica<?, ?, ?>) node).core();
    }

    private long framesSent() {
        return cluster.environments.stream().mapToLong(each -> each.framesSent.get()).sum();
    }

    private static void let(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        Await.until("time passed", () -> System.nanoTime() > end);
    }

    private static int leading(List<RaftGroup<Adder, Long, Long>> nodes) {
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).status().role() == Role.LEADER) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void hostsSendOneMessageForAllOfThem() {
        long before = framesSent();
        long begin = System.nanoTime();
        let(Duration.ofSeconds(3));
        long sent = framesSent() - before;
        long intervals = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) / 100 + 2;
        assertTrue(sent <= 6 * intervals, sent + " frames in " + intervals + " intervals");
        assertEquals(0, count(false));
        assertTrue(events.isEmpty(), "" + events);
        String why = groups.get(7).get(1).admin().why();
        assertTrue(why.endsWith("nothing is waited for; the group rests"), why);
        assertEquals(0, count(false), "whoever looks wakes nobody");
    }

    @Test
    void aCopyThatStopsAloneOnALivingHostIsReplacedAndNobodyElseWakes() {
        List<RaftGroup<Adder, Long, Long>> doomed = groups.get(7);
        int leader = leading(doomed);
        GroupCore<?, ?, ?> core = core(doomed.get(leader));
        core.execute(
                now -> {
                    throw new IllegalStateException("this copy is out of order, as a test wants");
                });
        Await.until(
                () -> "another node leads: " + doomed,
                () -> leading(doomed) >= 0 && leading(doomed) != leader);
        long awake = count(false);
        assertTrue(awake <= 3, awake + " copies are awake");
        assertEquals(1, Await.get(doomed.get((leader + 1) % 3).write(1L)));
    }

    @Test
    void whenAHostIsLostAllItsGroupsGetOtherLeadersAndRestOnceItIsBack() {
        cluster.cutOff(0);
        Await.until(
                "the others lead all groups",
                () -> groups.stream().allMatch(nodes -> leading(nodes.subList(1, 3)) >= 0));
        for (List<RaftGroup<Adder, Long, Long>> nodes : groups) {
            assertEquals(1, Await.get(nodes.get(1).write(1L)));
        }
        cluster.heal();
        awaitRest();
        for (List<RaftGroup<Adder, Long, Long>> nodes : groups) {
            assertEquals(1, Await.<Long>get(nodes.get(0).read(Adder::sum)));
        }
    }
}
