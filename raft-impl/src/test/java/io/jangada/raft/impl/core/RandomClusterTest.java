package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.configuration;
import static io.jangada.raft.impl.core.Script.id;
import static io.jangada.raft.impl.core.Script.proposal;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.Role;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Several cores with everything against them: messages are lost, doubled and reordered, disks are
 * slow, nodes crash and lose what was not written, clocks move on. After every step all invariants
 * hold; once the faults end, the group heals. A seed decides all; a failure prints it.
 */
class RandomClusterTest {
    private static final int RUNS = Integer.getInteger("jangada.runs", 3000);
    private static final int STEPS = 1200;
    private static final long REPLAY = Long.getLong("jangada.seed", -1);

    /** What the runs have in common met, so that none of the checks is idle. */
    private final Map<String, Integer> met = new TreeMap<>();

    @Test
    void invariantsHoldWhateverHappens() {
        for (long seed = 0; seed < RUNS; seed++) {
            long each = REPLAY >= 0 ? REPLAY : seed;
            Run run = new Run(each);
            try {
                run.disturb();
                run.heal();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed "
                                + each
                                + ", step "
                                + run.steps
                                + ": replay with mvn -pl raft-impl -am test"
                                + " -Dtest=RandomClusterTest -Djangada.seed="
                                + each
                                + " -Dsurefire.failIfNoSpecifiedTests=false\n"
                                + run.tail(Integer.getInteger("jangada.tail", 60)),
                        e);
            }
            if (REPLAY >= 0) {
                System.out.println(run.tail(Integer.MAX_VALUE));
                return;
            }
        }
        for (String each :
                ("commit crash election lease read-follower read-leader transfer snapshot install"
                                + " joint change refusal rebuild")
                        .split(" ")) {
            assertTrue(met.getOrDefault(each, 0) > RUNS / 8, "too few of " + each + ": " + met);
        }
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        String first = new Run(42).disturb().tail(STEPS * 2);
        String second = new Run(42).disturb().tail(STEPS * 2);
        assertEquals(first, second);
        assertTrue(first.lines().count() > STEPS / 4, first);
    }

    /** A line of the story, put into words only when it is to be read. */
    private record Note(int step, String format, List<Object> values) {
        String text() {
            Object[] shown =
                    values.stream()
                            .map(each -> each instanceof Message m ? Script.show(m) : each)
                            .toArray();
            return step + ": " + format.formatted(shown);
        }
    }

    private record Link(NodeId from, NodeId to) {
        @Override
        public String toString() {
            return from + ">" + to;
        }
    }

    private final class Run {
        private final Random random;
        private final Map<NodeId, TestNode> nodes = new TreeMap<>();
        private final Map<NodeId, Integer> lives = new HashMap<>();
        private final Map<NodeId, List<Ready.Outbound>> held = new HashMap<>();
        private final Map<NodeId, Long> applyTo = new HashMap<>();
        private final Map<NodeId, Map<Long, Long>> reads = new HashMap<>();
        private final Map<NodeId, Ready.Fetch> fetching = new TreeMap<>();
        private final Map<NodeId, SnapshotInfo> loading = new TreeMap<>();
        private final List<Cluster.Envelope> bag = new ArrayList<>();
        private final Set<Link> cut = new LinkedHashSet<>();
        private final Invariants invariants = new Invariants();
        private final List<Note> trace = new ArrayList<>();

        /** Only links break, one by one: elections succeed while old leaders still have leases. */
        private final boolean quiet;

        private final double loss;
        private final double doubling;
        private final double disorder;
        private final double crashes;
        private final int pace;

        // What happens besides: compaction, changes of members, lost logs
        private final boolean snapshots;
        private final boolean walks;
        private final boolean losses;
        private final boolean priorities;

        /** The one node whose log is being made good: more at a time may lose what is committed. */
        private NodeId rebuilding;

        private long requests;
        private int steps;

        Run(long seed) {
            random = new Random(seed * 31 + 7);
            quiet = random.nextInt(3) == 0;
            loss = quiet ? 0 : random.nextInt(4) * 0.05;
            doubling = quiet ? 0 : random.nextInt(3) * 0.1;
            disorder = quiet ? 0 : random.nextInt(3) * 0.3;
            crashes = pick(List.of(0.0, 0.002, quiet ? 0.002 : 0.01));
            pace = quiet ? 12 : pick(List.of(3, 6, 12));
            String names =
                    pick(List.of("n1", "n1 n2 n3", "n1 n2 n3", "n1 n2 n3", "n1 n2 n3 n4 n5"));
            String learners = random.nextInt(3) == 0 ? "n6" : "";
            snapshots = random.nextInt(3) > 0;
            walks = random.nextBoolean();
            losses = random.nextInt(3) == 0 && !names.equals("n1");
            priorities = random.nextInt(4) == 0;
            RaftConfig config =
                    RaftConfig.builder()
                            .electionTimeout(Duration.ofMillis(100))
                            .heartbeatInterval(Duration.ofMillis(20))
                            .appendBytesMax(1024)
                            .inflightBytesMax(1024 << random.nextInt(3))
                            .inflightMessagesMax(1 + random.nextInt(4))
                            .build();
            LogEntry founding = configuration(1, 0, names + "; learners " + learners);
            for (String name : (names + " " + learners).trim().split(" ")) {
                FakeLog log = FakeLog.of(List.of(founding), HardState.INITIAL);
                add(newNode(name, config, log), 1);
            }
            for (String name : walks ? List.of("n2", "n3", "n4", "n7") : List.<String>of()) {
                if (!nodes.containsKey(id(name))) {
                    add(newNode(name, config, FakeLog.of(List.of(), HardState.INITIAL)), 1);
                }
            }
        }

        private TestNode newNode(String name, RaftConfig config, FakeLog log) {
            int priority = priorities ? random.nextInt(3) : 0;
            return new TestNode(id(name), config, log, null, false, priority, 0, random.nextLong());
        }

        private void add(TestNode node, int life) {
            nodes.put(node.id, node);
            lives.put(node.id, life);
            held.put(node.id, new ArrayList<>());
            applyTo.put(node.id, 0L);
            fetching.remove(node.id);
            loading.remove(node.id);
            reads.put(node.id, new HashMap<>());
        }

        // Faults

        Run disturb() {
            for (steps = 0; steps < STEPS; steps++) {
                step();
            }
            return this;
        }

        private void step() {
            TestNode node = anyNode();
            double dice = random.nextDouble();
            if (dice < crashes) {
                crash(node);
            } else if (dice < 0.02) {
                transfer(node);
            } else if (dice < 0.026) {
                cutOrJoin(node);
            } else if (dice < 0.04) {
                change(node);
            } else if (dice < 0.06) {
                moveSnapshots(node);
            } else if (dice < 0.061) {
                loseLog(node);
            } else if (dice < 0.062) {
                boolean sick = random.nextInt(3) == 0;
                note("%s has a disk that is sick: %s", node.id, sick);
                node.diskSick(sick);
                ready(node);
            } else if (dice < 0.12) {
                propose(node);
            } else if (dice < 0.17) {
                read(node);
            } else if (dice < 0.25) {
                passTime();
            } else if (dice < 0.37) {
                persistSome(node);
            } else if (dice < 0.43) {
                applySome(node);
            } else {
                deliver();
            }
        }

        /** Leaders are where things happen: they come up more often. */
        private TestNode anyNode() {
            List<TestNode> leaders =
                    nodes.values().stream().filter(each -> each.role() == Role.LEADER).toList();
            return leaders.isEmpty() || random.nextInt(3) > 0
                    ? pick(new ArrayList<>(nodes.values()))
                    : pick(leaders);
        }

        private void crash(TestNode node) {
            int surviving = random.nextInt(node.log.pending().size() + 1);
            note("%s crashes, %d writes survive", node.id, surviving);
            met.merge("crash", 1, Integer::sum);
            FakeLog left = node.log.crashed(surviving, random.nextBoolean());
            restart(node, left, node.snapshot);
        }

        private void restart(TestNode node, FakeLog log, SnapshotInfo snapshot) {
            add(
                    new TestNode(
                            node.id,
                            node.config,
                            log,
                            snapshot,
                            node.id.equals(rebuilding),
                            node.priority,
                            node.nowNanos(),
                            random.nextLong()),
                    lives.get(node.id) + 1);
            ready(nodes.get(node.id));
        }

        /** A log is lost, but not its hard state: Z33. Others can go on without that node. */
        private void loseLog(TestNode node) {
            boolean enough = node.core.status().membership().voters().size() >= 3;
            if (losses && rebuilding == null && enough && node.role() != Role.LEADER) {
                note("%s loses its log", node.id);
                met.merge("loss", 1, Integer::sum);
                rebuilding = node.id;
                invariants.onLost(node);
                node.log.crashed(random.nextInt(node.log.pending().size() + 1));
                restart(node, node.log.lost(), random.nextBoolean() ? node.snapshot : null);
            }
        }

        /** Whoever is there may be wished for, in any part. */
        private void change(TestNode node) {
            if (!walks) {
                return;
            }
            NodeId who = pick(new ArrayList<>(nodes.keySet()));
            Member member = new Member(who, who + ":" + (7000 + random.nextInt(2)));
            MembershipChange wish =
                    switch (random.nextInt(6)) {
                        case 0, 1 -> new MembershipChange.Add(member);
                        case 2 -> new MembershipChange.AddLearner(member);
                        case 3 -> new MembershipChange.Promote(who);
                        case 4 -> new MembershipChange.Remove(who);
                        default -> become();
                    };
            note("%s is to change members, %d: %s", node.id, requests, wish);
            node.reconfigure(requests++, wish);
            ready(node);
        }

        private MembershipChange become() {
            StringBuilder voters = new StringBuilder();
            StringBuilder learners = new StringBuilder();
            for (NodeId each : nodes.keySet()) {
                switch (random.nextInt(4)) {
                    case 0, 1 -> voters.append(each).append(' ');
                    case 2 -> learners.append(each).append(' ');
                    default -> {}
                }
            }
            String text = voters.isEmpty() ? "n1" : voters.toString();
            String rest = learners.toString().replaceAll("\\bn1 ", voters.isEmpty() ? "" : "n1 ");
            return new MembershipChange.Become(
                    Script.membership(text.trim() + "; learners " + rest.trim()));
        }

        /** One is taken, what it holds leaves the log, or one that is on its way comes or fails. */
        private void moveSnapshots(TestNode node) {
            Ready.Fetch fetch = fetching.get(node.id);
            if (fetch != null && random.nextBoolean()) {
                endFetch(node, fetch, random.nextInt(4) > 0);
            } else if (snapshots && random.nextBoolean()) {
                takeSnapshot(node);
            } else if (snapshots && node.snapshot != null && !loading.containsKey(node.id)) {
                long first = node.log.firstIndex();
                CoreStatus now = node.core.status();
                long last = Math.min(now.snapshotIndex(), now.lastApplied());
                if (last >= first) {
                    long to = first + random.nextInt((int) (last - first + 1));
                    note("%s compacts to %d", node.id, to);
                    node.compact(to);
                    ready(node);
                }
            }
        }

        private void takeSnapshot(TestNode node) {
            long applied = node.core.status().lastApplied();
            if (applied > node.core.status().snapshotIndex() && !loading.containsKey(node.id)) {
                note("%s takes a snapshot at %d", node.id, applied);
                met.merge("snapshot", 1, Integer::sum);
                node.saved(invariants.snapshot(applied));
                ready(node);
            }
        }

        private void endFetch(TestNode node, Ready.Fetch fetch, boolean wish) {
            fetching.remove(node.id);
            SnapshotInfo there = nodes.get(fetch.from()).snapshot;
            boolean whole =
                    wish
                            && fetch.info().equals(there)
                            && !cut.contains(new Link(fetch.from(), node.id));
            note("%s has fetched %d: %s", node.id, fetch.info().meta().index(), whole);
            if (!whole) {
                node.fetchFailed(fetch.info());
            } else if (node.snapshot == null
                    || node.snapshot.meta().index() < fetch.info().meta().index()) {
                node.received(fetch.info());
            } else {
                node.core.step(new Input.SnapshotReceived(node.nowNanos(), fetch.info()));
            }
            ready(node);
        }

        private void transfer(TestNode node) {
            NodeId target = pick(new ArrayList<>(nodes.keySet()));
            note("%s is to hand over to %s", node.id, target);
            node.transfer(target.value());
            if (node.core.status().transferTarget() != null) {
                met.merge("transfer", 1, Integer::sum);
            }
            ready(node);
        }

        /** Links break one by one, in one direction or both, or all of one node; then all heal. */
        private void cutOrJoin(TestNode node) {
            if (!cut.isEmpty() && random.nextInt(3) > 0) {
                cut.clear();
            } else {
                NodeId other = pick(new ArrayList<>(nodes.keySet()));
                boolean isolate = !quiet && random.nextBoolean();
                boolean oneWay = random.nextInt(3) == 0;
                for (NodeId each : isolate ? nodes.keySet() : Set.of(other)) {
                    cut.add(new Link(node.id, each));
                    if (!oneWay) {
                        cut.add(new Link(each, node.id));
                    }
                }
            }
            note("cut are %s", List.copyOf(cut));
        }

        private void propose(TestNode node) {
            int size = random.nextInt(4) == 0 ? random.nextInt(2000) : random.nextInt(20);
            String command = "c" + requests + "x".repeat(size);
            note("%s proposes %d, %d B", node.id, requests, command.length());
            node.core.step(new Input.Propose(node.nowNanos(), requests++, proposal(command)));
            ready(node);
        }

        private void read(TestNode node) {
            note("%s reads %d", node.id, requests);
            reads.get(node.id).put(requests, invariants.committedIndex());
            node.read(requests++);
            ready(node);
        }

        /** All clocks move; those that are due, and some others, are ticked. */
        private void passTime() {
            long millis =
                    !quiet && random.nextInt(30) == 0 ? random.nextInt(200) : random.nextInt(pace);
            note("%d ms pass", millis);
            nodes.values().forEach(node -> node.after(millis));
            for (TestNode node : nodes.values()) {
                if (random.nextInt(4) > 0) {
                    node.tick();
                    ready(node);
                }
            }
        }

        private void persistSome(TestNode node) {
            List<Long> pending = node.log.pending();
            if (!pending.isEmpty()) {
                persist(node, pick(pending));
            }
        }

        private void applySome(TestNode node) {
            load(node);
            long from = node.core.status().lastApplied();
            long to = applyTo.get(node.id);
            if (to > from) {
                apply(node, from + 1 + random.nextInt((int) (to - from)));
            }
        }

        private void deliver() {
            if (bag.isEmpty()) {
                return;
            }
            int at = random.nextDouble() < disorder ? random.nextInt(bag.size()) : 0;
            Cluster.Envelope each = bag.get(at);
            if (random.nextDouble() >= doubling) {
                bag.remove(at);
            }
            boolean lost = random.nextDouble() < loss;
            if (!lost && !cut.contains(new Link(each.from(), each.to()))) {
                receive(each);
            }
        }

        // Effects

        private void receive(Cluster.Envelope each) {
            TestNode to = nodes.get(each.to());
            note("%s from %s: %s", each.to(), each.from(), each.message());
            to.get(each.from().value(), each.message());
            if (random.nextInt(4) > 0) {
                ready(to); // Else more comes into the same batch.
            }
        }

        private void persist(TestNode node, long sequence) {
            note("%s has written %d", node.id, sequence);
            node.persist(sequence);
            ready(node);
        }

        private void load(TestNode node) {
            SnapshotInfo load = loading.remove(node.id);
            if (load != null) {
                note("%s has loaded %d", node.id, load.meta().index());
                met.merge("install", 1, Integer::sum);
                invariants.onLoad(node, load);
                node.applied(load.meta().index());
                ready(node);
            }
        }

        private void apply(TestNode node, long to) {
            for (long index = node.core.status().lastApplied() + 1; index <= to; index++) {
                invariants.onApply(node, node.log.entry(index));
            }
            met.merge("commit", 1, Integer::sum);
            node.applied(to);
            ready(node);
        }

        private void ready(TestNode node) {
            Role before = node.role();
            Ready ready = node.core.ready();
            invariants.onWrite(node, ready);
            node.wrote(ready);
            held.get(node.id).addAll(ready.messages());
            if (ready.rebuilt()) {
                note("%s is rebuilt", node.id);
                met.merge("rebuild", 1, Integer::sum);
                rebuilding = null;
                invariants.onRebuilt(node);
            }
            if (ready.fetch() != null) {
                fetching.put(node.id, ready.fetch());
            }
            if (ready.load() != null) {
                loading.put(node.id, ready.load());
            }
            release(node);
            for (Ready.ChangeOutcome each : ready.changes()) {
                note("%s: %s", node.id, each);
                met.merge(each.refusal() == null ? "change" : "refusal", 1, Integer::sum);
            }
            Invariants.require(
                    ready.applyTo() >= applyTo.get(node.id),
                    "I10",
                    () -> node.id + " applyTo fell");
            applyTo.put(node.id, ready.applyTo());
            for (Ready.ReadGrant read : ready.reads()) {
                Long committedThen = reads.get(node.id).remove(read.requestId());
                Invariants.require(committedThen != null, "one answer", () -> node.id + " " + read);
                Invariants.onRead(node.id, read.readIndex(), committedThen);
                met.merge(before == Role.LEADER ? "read-leader" : "read-follower", 1, Integer::sum);
            }
            for (Ready.Refused refused : ready.refused()) {
                reads.get(node.id).remove(refused.requestId());
            }
            count(node);
            invariants.check(node, nodes, lives.get(node.id));
        }

        private void count(TestNode node) {
            CoreStatus status = node.core.status();
            if (status.membership().isJoint()) {
                met.merge("joint", 1, Integer::sum);
            }
            if (status.role() == Role.LEADER) {
                met.merge("election", 1, Integer::sum);
                if (status.leaseEndNanos() > node.nowNanos()) {
                    met.merge("lease", 1, Integer::sum);
                }
            }
        }

        private void release(TestNode node) {
            Iterator<Ready.Outbound> each = held.get(node.id).iterator();
            while (each.hasNext()) {
                Ready.Outbound message = each.next();
                if (message.afterWrite() <= node.persistedWrite()) {
                    each.remove();
                    invariants.onSend(node, message.to(), message.message());
                    bag.add(new Cluster.Envelope(node.id, message.to(), message.message()));
                }
            }
        }

        // Healing

        /** I20: without faults there is soon one leader, all logs are equal, and all goes on. */
        void heal() {
            cut.clear();
            nodes.values().forEach(node -> node.diskSick(false));
            for (int i = 0; i < 600 && (i < 150 || !isSettled()); i++) {
                nodes.values().forEach(node -> node.after(10).tick());
                quiesce();
            }
            List<TestNode> leaders =
                    nodes.values().stream().filter(node -> node.role() == Role.LEADER).toList();
            if (leaders.isEmpty() && rebuilding != null && needs(rebuilding)) {
                met.merge("stuck", 1, Integer::sum);
                return; // Too few voters are left that have not lost their logs.
            }
            assertEquals(1, leaders.size(), () -> "leaders after healing: " + states());
            TestNode leader = leaders.get(0);
            Membership membership = leader.core.membership();
            assertFalse(membership.isJoint(), () -> "joint after healing: " + states());
            List<TestNode> members =
                    membership.members().stream().map(each -> nodes.get(each.id())).toList();
            for (TestNode node : members) {
                assertEquals(leader.core.commitIndex(), node.core.commitIndex(), this::states);
                assertFalse(node.core.status().rebuilding(), this::states);
                assertFalse(node.core.status().removed(), this::states);
            }
            for (TestNode node : members) {
                reads.get(node.id).put(requests, invariants.committedIndex());
                node.read(requests++).propose(requests++, "last words of " + node.id);
                ready(node);
            }
            for (int i = 0; i < 20; i++) {
                nodes.values().forEach(node -> node.after(10).tick());
                quiesce();
            }
            checkHealed(leader, members);
        }

        /** Changes of members and catching up may take longer than to find a leader. */
        private boolean isSettled() {
            List<TestNode> leaders =
                    nodes.values().stream().filter(node -> node.role() == Role.LEADER).toList();
            if (leaders.size() != 1) {
                return false;
            }
            CoreStatus leader = leaders.get(0).core.status();
            return !leader.membership().isJoint()
                    && leader.changeTarget() == null
                    && leader.membership().members().stream()
                            .map(each -> nodes.get(each.id()).core.status())
                            .allMatch(
                                    each ->
                                            each.commitIndex() == leader.lastIndex()
                                                    && !each.rebuilding());
        }

        /** Whether no quorum can be had without the node, in some configuration that may count. */
        private boolean needs(NodeId lost) {
            for (TestNode node : nodes.values()) {
                Membership each = node.core.membership();
                for (var voters : List.of(each.voters(), each.outgoing())) {
                    if (voters.containsKey(lost) && voters.size() <= 2) {
                        return true;
                    }
                }
            }
            return false;
        }

        private void checkHealed(TestNode leader, List<TestNode> members) {
            for (TestNode node : members) {
                long first = Math.max(leader.log.firstIndex(), node.log.firstIndex());
                assertEquals(
                        from(first, leader), from(first, node), () -> node.id + " " + states());
                assertEquals(
                        leader.log.lastIndex(), node.core.status().lastApplied(), this::states);
                assertEquals(Map.of(), reads.get(node.id), node.id + " has unanswered reads");
            }
            long written =
                    leader.log.all().stream()
                            .filter(each -> new String(each.payload(), UTF_8).startsWith("last"))
                            .count();
            assertEquals(members.size(), written, "writes after healing");
        }

        private List<LogEntry> from(long first, TestNode node) {
            return node.log.all().stream().filter(each -> each.index() >= first).toList();
        }

        /** Does all writes, deliveries and applies that are due now. */
        private void quiesce() {
            nodes.values().forEach(this::ready);
            boolean busy = true;
            while (busy) {
                busy = !bag.isEmpty();
                List<Cluster.Envelope> now = List.copyOf(bag);
                bag.clear();
                for (Cluster.Envelope each : now) {
                    receive(each);
                }
                for (TestNode node : nodes.values()) {
                    ready(node);
                    if (!node.log.pending().isEmpty()) {
                        busy = true;
                        persist(node, node.log.pending().get(node.log.pending().size() - 1));
                    }
                    Ready.Fetch fetch = fetching.get(node.id);
                    if (fetch != null) {
                        busy = true;
                        endFetch(node, fetch, true);
                    }
                    load(node);
                    if (applyTo.get(node.id) > node.core.status().lastApplied()) {
                        apply(node, applyTo.get(node.id));
                    }
                }
            }
        }

        private long now() {
            return nodes.values().iterator().next().nowNanos();
        }

        private String states() {
            List<String> states = new ArrayList<>();
            nodes.values().forEach(node -> states.add(node.id + " " + node.state()));
            return String.join("; ", states);
        }

        private <T> T pick(List<T> list) {
            return list.get(random.nextInt(list.size()));
        }

        private void note(String format, Object... values) {
            trace.add(new Note(steps, format, List.of(values)));
        }

        private String tail(int count) {
            return trace.subList(Math.max(0, trace.size() - count), trace.size()).stream()
                    .map(Note::text)
                    .collect(Collectors.joining("\n"));
        }
    }
}
