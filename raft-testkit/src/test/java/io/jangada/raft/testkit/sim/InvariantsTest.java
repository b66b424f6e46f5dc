package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Membership;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.RequestVote;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.testkit.check.Budget;
import io.jangada.raft.testkit.check.HistoryRecorder;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each invariant can fire: it is shown, on a healthy cluster of three, something that must never
 * be, and says which nodes, indexes and terms that concerns.
 */
class InvariantsTest extends Story {
    private Invariants all;
    private SimNode leader;
    private SimNode other;
    private SimNode third;
    private long term;
    private long last;

    @BeforeEach
    void aHealthyClusterWithSomeEntries() {
        nodes(3);
        leader = awaitLeader();
        fill(leader, 5);
        awaitConverged();
        other = someOther(leader);
        third = someOther(leader, other);
        term = leader.term();
        last = leader.lastIndex();
        all = cluster.invariants();
        assertNull(all.violation());
    }

    @Test
    void i1_electionSafety() {
        new ElectionSafety(all).onStatus(other, null, like(leader.status()));
        assertViolation(
                "I1 election safety violated: %s leads term %d, and so did %s",
                other, term, leader);
    }

    @Test
    void i2_leaderAppendOnly() {
        new LeaderAppendOnly(all).beforeAppend(leader, leader.log(), truncation(last));
        assertViolation("I2 leader append-only violated: %s leads term %d, and does", leader, term);
    }

    @Test
    void i3_logMatching() {
        LogMatching invariant = new LogMatching(all);
        DiskRecord.Entry one = entry(1, 1, 0, EntryType.NOOP, "");
        DiskRecord.Entry another = entry(1, 1, 0, EntryType.COMMAND, "x");
        invariant.onAppend(other, image(one), one);
        assertNull(all.violation());
        invariant.onDurable(third, image(another), another);
        assertViolation(
                "I3 log matching violated: the logs of %s and %s differ at or below index 1, where"
                        + " both have term 1",
                third, other);
    }

    @Test
    void i4_leaderCompleteness() {
        commitWithout(other);
        CoreStatus leads = like(leader.status(), "currentTerm", term + 1);
        new LeaderCompleteness(all).onStatus(other, null, leads);
        assertViolation(
                "I4 leader completeness violated: %s leads term %d without all of the entries up to"
                        + " %d",
                other, term + 1, leader.commitIndex());
    }

    @Test
    void i5_stateMachineSafety() {
        StateMachineSafety invariant = new StateMachineSafety(all);
        KvMachine machine = leader.machine().orElseThrow();
        Applied at = new Applied(77, 3, 0);
        KvCommand command = command(new KvInput.Delete("a"));
        invariant.onApply(leader, machine, command, new KvOutput.Done(), at);
        assertNull(all.violation());
        invariant.onApply(other, machine, command, new KvOutput.Swapped(true), at);
        assertViolation(
                "I5 state machine safety violated: %s and %s applied different commands, or with"
                        + " different effects, at or below index 77 (term 3)",
                other, leader);
    }

    @Test
    void i5_aSnapshotOfSomethingElse() {
        Membership membership = cluster.membership();
        SnapshotMeta meta = new SnapshotMeta(last, term + 4, 0, 1, membership);
        new SnapshotsAreTrue(all).onSnapshot(other, new SnapshotInfo(meta, 1, "0".repeat(64)));
        assertViolation("I5 snapshots are true violated: %s has a snapshot that says", other);
    }

    @Test
    void i6_committedIsImmutable() {
        new CommittedIsImmutable(all).beforeAppend(other, other.log(), truncation(last));
        assertViolation(
                "I6 committed is immutable violated: %s truncates from index %d on, though it knows"
                        + " %d as committed",
                other, last, last);
    }

    @Test
    void i7_committedIsDurable() {
        network.isolate(leader.id());
        put(leader, "a", "1");
        run(T.dividedBy(4));
        assertEquals(last + 1, leader.lastIndex());
        CoreStatus now = like(leader.status(), "commitIndex", last + 1);
        new CommittedIsDurable(all).onStatus(leader, leader.status(), now);
        assertViolation(
                "I7 committed is durable violated: %s takes index %d for committed in term %d, but"
                        + " only the disks of [%s] have it",
                leader, last + 1, term, leader);
    }

    @Test
    void i8_currentTermCommit() {
        CoreStatus before = like(leader.status(), "commitIndex", last - 1);
        CoreStatus now = like(leader.status(), "currentTerm", term + 1);
        new CurrentTermCommit(all).onStatus(leader, before, now);
        assertViolation(
                "I8 current-term commit violated: %s as the leader of term %d commits up to index"
                        + " %d, whose term is %d",
                leader, term + 1, last, term);
    }

    @Test
    void i9_theTermFalls() {
        CoreStatus now = like(other.status(), "currentTerm", term - 1);
        new TermAndVote(all).onStatus(other, other.status(), now);
        assertViolation(
                "I9 term and vote violated: the term of %s falls from %d to %d",
                other, term, term - 1);
    }

    @Test
    void i9_theVoteChanges() {
        CoreStatus before = like(other.status(), "votedFor", leader.id());
        CoreStatus now = like(other.status(), "votedFor", third.id());
        new TermAndVote(all).onStatus(other, before, now);
        assertViolation(
                "I9 term and vote violated: the vote of %s in term %d changes from %s to %s",
                other, term, leader, third);
    }

    @Test
    void i10_indexesNeverFall() {
        CoreStatus now = like(other.status(), "commitIndex", last - 1);
        new IndexesNeverFall(all).onStatus(other, other.status(), now);
        assertViolation(
                "I10 indexes never fall violated: on %s in term %d, commit and applied index fall"
                        + " from %d",
                other, term, last);
    }

    @Test
    void i11_orderOfIndexes() {
        CoreStatus now = like(other.status(), "commitIndex", last + 1);
        new IndexOrder(all).onStatus(other, other.status(), now);
        assertViolation("I11 order of indexes violated: on %s in term %d: first 1", other, term);
    }

    @Test
    void i12_anAcknowledgementBeforeTheEntryIsDurable() {
        commitWithout(other);
        long index = leader.lastIndex();
        Message ack = new AppendEntriesResponse(term, true, index, 0, 0, 0);
        new FactsAreDurable(all).onSend(other, sent(other, leader, ack));
        assertViolation("I12 facts are durable violated: %s sends #1 %s>%s", other, other, leader);
    }

    @Test
    void i12_aTermBeforeItIsDurable() {
        Message vote = new RequestVote(term + 1, false, last, term, false);
        new FactsAreDurable(all).onSend(other, sent(other, leader, vote));
        assertViolation("I12 facts are durable violated: %s sends #1 %s>%s", other, other, leader);
    }

    @Test
    void i13_progressIsTrue() {
        CoreStatus now = like(leader.status(), "lastIndex", last - 2);
        new ProgressIsTrue(all).onStatus(leader, leader.status(), now);
        assertViolation(
                "I13 progress is true violated: leader %s of term %d with last index %d knows of",
                leader, term, last - 2);
    }

    @Test
    void i14_noJointStep() {
        Membership two = voters(leader, other);
        DiskRecord.Entry one = entry(1, 0, 0, EntryType.MEMBERSHIP, voters(leader).toString());
        DiskRecord.Entry next = entry(2, 1, 0, EntryType.MEMBERSHIP, two.toString());
        GroupImage image = image(one);
        image.apply(next);
        new MembershipSteps(all).onAppend(other, image, next);
        assertViolation(
                "I14 membership violated: on %s the configuration '%s' at index 2 in term 1 follows",
                other, two);
    }

    @Test
    void i14_anotherConfigurationThanTheLatest() {
        CoreStatus now = like(other.status(), "membership", voters(leader));
        new MembershipSteps(all).onStatus(other, other.status(), now);
        assertViolation(
                "I14 membership violated: %s in term %d goes by the configuration '%s'",
                other, term, voters(leader));
    }

    @Test
    void i15_leaseSafety() {
        long end = other.localNanos() + 5_000;
        CoreStatus now = like(other.status(), "currentTerm", term - 1, "leaseEndNanos", end);
        new LeaseSafety(all).onStatus(other, other.status(), now);
        assertViolation(
                "I15 lease safety violated: %s would serve lease reads in term %d for 5000 ns more,"
                        + " but another has committed an entry in term %d",
                other, term - 1, term);
    }

    @Test
    void i16_linearizability() {
        HistoryRecorder<KvInput, KvOutput> recorder =
                new HistoryRecorder<>(cluster.simulation()::nowNanos);
        long process = recorder.newProcess();
        recorder.invoke(process, new KvInput.Get("a", KvInput.ReadMode.INDEX));
        recorder.ok(process, new KvOutput.Value("nobody wrote this"));
        new HistoryIsLinearizable(all).onHistory(recorder.history());
        assertViolation(
                "I16 linearizability violated: up to index %d, committed in term %d:", last, term);
    }

    /** 18696 of the swarm, and its like. */
    @Test
    void i16_aHistoryThatIsTooHardIsNoViolationAndIsNotCalledGood() {
        HistoryRecorder<KvInput, KvOutput> recorder =
                new HistoryRecorder<>(cluster.simulation()::nowNanos);
        for (String value : List.of("1", "2", "3")) {
            recorder.invoke(recorder.newProcess(), new KvInput.Put("a", value));
        }
        long process = recorder.newProcess();
        recorder.invoke(process, new KvInput.Get("a", KvInput.ReadMode.INDEX));
        recorder.ok(process, new KvOutput.Value("2"));
        new HistoryIsLinearizable(all, new Budget(1, 1, 1)).onHistory(recorder.history());
        assertNull(all.violation());
        assertFalse(all.isJudged());
    }

    @Test
    void i17_exactlyOnce() {
        KvMachine machine = new KvMachine(new IgnoredListener());
        KvCommand command = command(new KvInput.Put("a", "1"));
        machine.apply(command, new Applied(8, 2, 0));
        machine.apply(command, new Applied(9, 2, 0));
        new ExactlyOnce(all)
                .onApply(other, machine, command, new KvOutput.Done(), new Applied(9, 2, 0));
        assertViolation(
                "I17 exactly once violated: %s applies %s for the 2. time, at index 9 in term 2",
                other, command);
    }

    @Test
    void i17_oneAnswer() {
        ExactlyOnce invariant = new ExactlyOnce(all);
        invariant.onAnswered(5, new KvOutput.Value("a"));
        invariant.onAnswered(5, new KvOutput.Value("b"));
        assertViolation("I17 exactly once violated: command 5 was answered");
    }

    @Test
    void i18_ackedWritesSurvive() {
        AckedWritesSurvive invariant = new AckedWritesSurvive(all);
        invariant.onAcknowledged(4711);
        invariant.atEnd(other, other.machine().orElseThrow());
        assertViolation(
                "I18 acked writes survive violated: command 4711 was acknowledged, but is 0 times in"
                        + " the state of %s, at index %d in term %d",
                other, last, term);
    }

    @Test
    void i19_noPhantom() {
        KvMachine machine = new KvMachine(new IgnoredListener());
        KvCommand command = command(new KvInput.Put("a", "1"));
        machine.apply(command, new Applied(8, 2, 0));
        NoPhantoms invariant = new NoPhantoms(all);
        invariant.onRejected(command.id());
        invariant.atEnd(other, machine);
        assertViolation(
                "I19 no phantom violated: command %d was rejected for certain, but is in the state"
                        + " of %s, at index %d in term %d",
                command.id(), other, last, term);
    }

    @Test
    void i20_healing() {
        crash(other, third);
        FaultInjector faults = new FaultInjector(cluster, SwarmOptions.of(1));
        Workload workload = new Workload(cluster, WorkloadOptions.DEFAULT);
        Healing healing = new Healing(cluster, false);
        SimulationFailure failure =
                assertThrows(SimulationFailure.class, () -> healing.await(faults, workload));
        assertTrue(
                failure.getMessage().contains("I20 healing violated: after PT"),
                failure.getMessage());
    }

    // What the rules add

    @Test
    void z6_termsBeginWithCandidates() {
        CoreStatus now = like(other.status(), "currentTerm", 99L);
        new TermsBeginWithCandidates(all).onStatus(other, other.status(), now);
        assertViolation(
                "Z6 terms begin with candidates violated: %s is in term 99, but nobody ever stood",
                other);
    }

    @Test
    void z7_leadersHearQuorums() {
        LeadersHearQuorums invariant = new LeadersHearQuorums(all);
        invariant.afterEvent(leader);
        runTimeouts(3);
        assertNull(all.violation());
        invariant.afterEvent(leader);
        assertViolation(
                "Z7 leaders hear quorums violated: %s leads term %d, but has heard no quorum",
                leader, term);
    }

    @Test
    void s53_restIsAgreed() {
        RestIsAgreed invariant = new RestIsAgreed(all);
        CoreStatus rests = like(leader.status(), "resting", true);
        invariant.onStatus(leader, leader.status(), like(rests, "leader", null));
        assertViolation("rest is agreed violated: %s rests in term %d without", leader, term);
    }

    @Test
    void s53_whoRestsHasAppliedAll() {
        CoreStatus rests = like(other.status(), "resting", true, "lastApplied", last - 1);
        new RestIsAgreed(all).onStatus(other, other.status(), rests);
        assertViolation(
                "rest is agreed violated: %s rests in term %d with a log up to", other, term);
    }

    @Test
    void z16_matchIndexNeverFalls() {
        ProgressIsTrue invariant = new ProgressIsTrue(all);
        invariant.onMatch(leader, other, term, last);
        invariant.onMatch(leader, other, term + 1, 0);
        assertNull(all.violation());
        invariant.onMatch(leader, other, term, last - 1);
        assertViolation(
                "I13 progress is true violated: leader %s of term %d believed that %s matches up to"
                        + " %d, and now only up to %d",
                leader, term, other, last, last - 1);
    }

    @Test
    void z28_failedStoresStop() {
        FailedStoresStop invariant = new FailedStoresStop(all);
        for (int round = 0; round < 6; round++) {
            invariant.goesOn(other, like(other.status()));
        }
        assertNull(all.violation());
        invariant.goesOn(other, like(other.status()));
        assertViolation(
                "Z28 failed stores stop violated: %s goes on in term %d, with a log that ends at"
                        + " index %d, though its store has failed",
                other, term, last);
    }

    @Test
    void z33_rebuildingIsSilent() {
        other.log().beginRebuild();
        Message vote = new RequestVote(term + 1, true, last, term, false);
        new RebuildingIsSilent(all).onSend(other, sent(other, leader, vote));
        assertViolation(
                "Z33 rebuilding is silent violated: %s sends #1 %s>%s", other, other, leader);
    }

    @Test
    void z43_clusterTimeNeverFalls() {
        DiskRecord.Entry later = entry(1, 1, 20, EntryType.NOOP, "");
        DiskRecord.Entry earlier = entry(2, 1, 19, EntryType.NOOP, "");
        GroupImage image = image(later);
        image.apply(earlier);
        new ClusterTimeNeverFalls(all).onAppend(other, image, earlier);
        assertViolation(
                "Z43 cluster time never falls violated: on %s entry 2 of term 1 has cluster time 19"
                        + " ms",
                other);
    }

    @Test
    void z43_usedSessionsLast() {
        UsedSessionsLast invariant = new UsedSessionsLast(all);
        invariant.onExpired(7, 500_000_000);
        assertNull(all.violation());
        invariant.onExpired(7, 499_000_000);
        assertViolation(
                "Z43 used sessions last violated: session 7 has expired, 499.000 ms after a write");
    }

    @Test
    void nothingStopsWithoutACause() {
        SimulationFailure failure =
                assertThrows(SimulationFailure.class, () -> other.group().close());
        assertTrue(
                failure.getMessage()
                        .contains("no fault without a cause violated: " + other + " stopped"),
                failure.getMessage());
    }

    // What is shown

    private static final class IgnoredListener implements KvMachine.Listener {
        @Override
        public void onApply(KvMachine of, KvCommand command, KvOutput output, Applied at) {}

        @Override
        public void onLoad(KvMachine of) {}
    }

    /** One node misses an entry that the others commit. */
    private void commitWithout(SimNode missing) {
        network.isolate(missing.id());
        putNow(leader, "a", "1");
    }

    private static DiskRecord truncation(long from) {
        return new DiskRecord.Truncation(SimCluster.GROUP, from);
    }

    private static DiskRecord.Entry entry(
            long index, long term, long time, EntryType type, String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        return new DiskRecord.Entry(SimCluster.GROUP, new LogEntry(index, term, time, type, bytes));
    }

    private static GroupImage image(DiskRecord first) {
        GroupImage image = new GroupImage(new ClusterRecord());
        image.apply(first);
        return image;
    }

    private static InFlight sent(SimNode from, SimNode to, Message message) {
        PeerIdentity sender = new PeerIdentity("c", from.id(), StoreId.of(1, 1), 1);
        return new InFlight(1, sender, to, SimCluster.GROUP, message, ByteBuffer.allocate(0));
    }

    /** A status with some components changed: names and values in turn. */
    private static CoreStatus like(CoreStatus status, Object... changes) {
        try {
            List<Object> values = new ArrayList<>();
            List<Class<?>> types = new ArrayList<>();
            for (RecordComponent each : CoreStatus.class.getRecordComponents()) {
                Object value = each.getAccessor().invoke(status);
                for (int i = 0; i < changes.length; i += 2) {
                    value = each.getName().equals(changes[i]) ? changes[i + 1] : value;
                }
                values.add(value);
                types.add(each.getType());
            }
            return CoreStatus.class
                    .getDeclaredConstructor(types.toArray(Class<?>[]::new))
                    .newInstance(values.toArray());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // The annotation would be a dependency.
    private void assertViolation(String beginning, Object... arguments) {
        String expected = String.format(beginning, arguments);
        String violation = "" + all.violation();
        assertTrue(violation.startsWith(expected), () -> violation + "\nis not: " + expected);
    }
}
