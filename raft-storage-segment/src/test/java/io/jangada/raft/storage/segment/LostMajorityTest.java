package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.RecoveryPlan;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.StoreSummary;
import io.jangada.raft.spi.StoreTools;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recovery from the loss of a majority: what is written, what is refused, and crashes within. */
class LostMajorityTest {
    private static final int GENERATION_2 = 1_000_000_000;

    @TempDir(factory = InMemory.class)
    Path root;

    private final StoreTools tools = new SegmentStoreTools(TestLog::builder);

    private static Member member(String id) {
        return new Member(NodeId.of(id), id + ":7000");
    }

    private static List<Member> members(String... ids) {
        return Arrays.stream(ids).map(LostMajorityTest::member).toList();
    }

    private static Membership voters(String... ids) {
        return Membership.ofVoters(members(ids));
    }

    private static LogEntry membership(long index, long term, Membership membership) {
        return new LogEntry(
                index,
                term,
                index * 10,
                EntryType.MEMBERSHIP,
                membership.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static StoreIdentity identity(String node) {
        return new StoreIdentity("c", NodeId.of(node), TestLog.IDENTITY.store());
    }

    private Path folder(String node) {
        return root.resolve(node);
    }

    private SegmentLogStore open(String node) {
        return TestLog.builder().open(folder(node), identity(node));
    }

    /** A node whose group "a" has these entries, the first of which is a configuration. */
    private void node(String node, HardState hardState, List<LogEntry> entries) {
        try (var store = open(node);
                var log = TestLog.open(store, "a")) {
            log.write(hardState, entries);
        }
    }

    /** Entries up to an index: the founding ones of term 1, the last three of another term. */
    private static List<LogEntry> log(Membership founders, int last, int lastTerm) {
        List<LogEntry> entries = new ArrayList<>();
        entries.add(membership(1, 0, founders));
        entries.addAll(TestLog.entries(2, last - 3, 1, 20));
        entries.addAll(TestLog.entries(last - 2, last, lastTerm, 20));
        return entries;
    }

    private List<LogEntry> entries(String node) {
        try (var store = open(node);
                var log = TestLog.open(store, "a")) {
            return log.all();
        }
    }

    private LogEntry lastEntry(String node) {
        List<LogEntry> entries = entries(node);
        return entries.get(entries.size() - 1);
    }

    private String refusal(String node, List<Member> survivors) {
        StoreException planned =
                assertThrows(
                        StoreException.class, () -> tools.planRecovery(folder(node), survivors));
        StoreException e =
                assertThrows(StoreException.class, () -> tools.recover(folder(node), survivors));
        assertEquals(planned.getMessage(), e.getMessage());
        return String.valueOf(e.getMessage());
    }

    private static void assertContains(String text, String part) {
        assertTrue(text.contains(part), text);
    }

    // ---- what is written -----------------------------------------------------------------------

    @Test
    void theOnlySurvivorBecomesTheOnlyVoter() {
        List<LogEntry> log = log(voters("n1", "n2", "n3"), 10, 4);
        node("n1", new HardState(6, NodeId.of("n2")), log);
        RecoveryPlan plan = tools.planRecovery(folder("n1"), members("n1"));
        assertEquals(log, entries("n1"), "a plan changes nothing");
        assertEquals(plan, tools.recover(folder("n1"), members("n1")));
        assertEquals("c~2", plan.clusterId());
        assertEquals(identity("n1"), plan.before());
        RecoveryPlan.Group group = plan.groups().get(0);
        assertEquals(voters("n1", "n2", "n3"), group.before());
        assertEquals(Optional.of(voters("n1")), group.after());
        assertEquals(11, group.index());

        List<LogEntry> after = entries("n1");
        assertEquals(log, after.subList(0, 10));
        LogEntry added = after.get(10);
        assertEquals(GENERATION_2 + 4, added.term());
        assertEquals(EntryType.MEMBERSHIP, added.type());
        assertEquals(voters("n1").toString(), new String(added.payload(), StandardCharsets.UTF_8));
        assertEquals(log.get(9).clusterTimeMillis(), added.clusterTimeMillis());
        StoreSummary summary = tools.describe(folder("n1"));
        assertEquals("c~2", summary.identity().clusterId());
        assertEquals(identity("n1").store(), summary.identity().store());
        assertEquals(2, summary.generation());
        assertEquals(new HardState(GENERATION_2 + 4, null), summary.groups().get(0).hardState());
    }

    @ParameterizedTest(name = "{0}@{1} against {2}@{3}: {4}")
    @CsvSource({
        "10, 4, 14, 3, first",
        "10, 4, 9, 4, first",
        "14, 3, 10, 4, second",
        "8, 2, 12, 2, second",
        "10, 4, 10, 4, same",
    })
    void theMoreUpToDateLogStaysSo(int last1, int term1, int last2, int term2, String longer) {
        Membership five = voters("n1", "n2", "n3", "n4", "n5");
        node("n1", new HardState(9, null), log(five, last1, term1));
        node("n2", new HardState(7, null), log(five, last2, term2));
        tools.recover(folder("n1"), members("n1", "n2"));
        tools.recover(folder("n2"), members("n2", "n1"));
        LogEntry first = lastEntry("n1");
        LogEntry second = lastEntry("n2");
        assertEquals(voters("n1", "n2").toString(), text(first));
        assertEquals(text(first), text(second));
        String actual =
                first.equals(second) ? "same" : isUpToDate(first, second) ? "first" : "second";
        assertEquals(longer, actual);
        if (!first.equals(second)) {
            // Log Matching: no two entries of one index and term but on equal logs.
            assertTrue(first.index() != second.index() || first.term() != second.term());
        }
    }

    private static String text(LogEntry entry) {
        return new String(entry.payload(), StandardCharsets.UTF_8);
    }

    /** Paper §5.4.1. */
    private static boolean isUpToDate(LogEntry candidate, LogEntry voter) {
        return candidate.term() > voter.term()
                || candidate.term() == voter.term() && candidate.index() >= voter.index();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "'n1,n2,n3', 'voters n1=n1:7000,n2=n2:7000; outgoing n3=n3:7000'",
        "'n4,n1,n3,n2', 'voters n1=n1:7000,n4=n4:7000; outgoing n2=n2:7000,n3=n3:7000'",
    })
    void threeOrFourSurvivorsMustAllAgreeAtFirst(String survivors, String expected) {
        String[] nine = {"n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"};
        node("n1", HardState.INITIAL, log(voters(nine), 10, 4));
        tools.recover(folder("n1"), members(survivors.split(",")));
        assertEquals(expected, text(lastEntry("n1")));
    }

    @Test
    void newAddressesCount() {
        node("n1", HardState.INITIAL, log(voters("n1", "n2", "n3"), 10, 4));
        tools.recover(folder("n1"), List.of(Member.parse("n1=elsewhere:1234")));
        assertEquals("voters n1=elsewhere:1234", text(lastEntry("n1")));
    }

    @Test
    void secondLossLeadsToTheThirdGeneration() {
        node("n1", HardState.INITIAL, log(voters("n1", "n2", "n3", "n4", "n5"), 10, 4));
        tools.recover(folder("n1"), members("n1", "n2"));
        RecoveryPlan plan = tools.recover(folder("n1"), members("n1"));
        assertEquals("c~3", plan.clusterId());
        LogEntry last = lastEntry("n1");
        assertEquals("voters n1=n1:7000", text(last));
        assertEquals(3L * GENERATION_2 + 4, last.term());
        assertEquals(3, tools.describe(folder("n1")).generation());
    }

    @Test
    void snapshotAheadOfTheLogIsWhatTheLogGoesOnBehind() {
        Membership three = voters("n1", "n2", "n3");
        try (var store = open("n1");
                var log = TestLog.open(store, "a")) {
            log.write(null, log(three, 10, 1));
            var meta = new SnapshotMeta(40, 5, 400, 1, three);
            try (var sink = log.log.snapshots().create(meta)) {
                sink.commit();
            }
        }
        tools.recover(folder("n1"), members("n1"));
        List<LogEntry> entries = entries("n1");
        assertEquals(1, entries.size());
        assertEquals(41, entries.get(0).index());
        assertEquals(GENERATION_2 + 5, entries.get(0).term());
        assertEquals(400, entries.get(0).clusterTimeMillis());
    }

    @Test
    void groupsWithASurvivingMajorityStayAsTheyAre() {
        try (var store = open("n1");
                var a = TestLog.open(store, "a");
                var b = TestLog.open(store, "b");
                var c = TestLog.open(store, "c")) {
            a.write(null, log(voters("n1", "n8", "n9"), 10, 1));
            b.write(null, log(voters("n1", "n2", "n3"), 10, 1));
            c.write(null, log(voters("n7", "n8", "n9"), 10, 1));
        }
        RecoveryPlan plan = tools.recover(folder("n1"), members("n1", "n2"));
        assertEquals(Optional.of(voters("n1")), plan.groups().get(0).after());
        assertEquals(Optional.empty(), plan.groups().get(1).after());
        assertContains(plan.groups().get(1).text(), "a majority of its voters survives");
        assertContains(plan.groups().get(2).text(), "not a member");
    }

    // ---- what is refused -----------------------------------------------------------------------

    @Test
    void refusalsSayWhy() {
        node("n1", HardState.INITIAL, log(voters("n1", "n2", "n3"), 10, 4));
        assertContains(refusal("n1", members("n2")), "node 'n1', which is not among the survivors");
        assertContains(refusal("n1", members("n1", "n2")), "a majority of its voters survives");
        assertContains(refusal("n1", members("n1", "n7")), "'n7' is not a member of any group");
        assertThrows(StoreException.class, () -> tools.recover(folder("n1"), List.of()));
        assertThrows(StoreException.class, () -> tools.recover(folder("n1"), members("n1", "n1")));
        try (var store = open("n1")) {
            assertEquals("c", store.identity().clusterId());
            assertContains(refusal("n1", members("n1")), "in use");
        }
        assertEquals(10, entries("n1").size(), "nothing was written");
    }

    @Test
    void moreThanFourSurvivorsAreTooMany() {
        String[] eleven = {"a", "b", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"};
        node("n1", HardState.INITIAL, log(voters(eleven), 10, 4));
        assertContains(refusal("n1", members("n1", "n2", "n3", "n4", "n5")), "name at most 4");
    }

    @Test
    void nodeThatNeverJoinedHasNothingToRecover() {
        StoreIdentity joiner = new StoreIdentity("", NodeId.of("n1"), StoreId.of(1, 1));
        TestLog.builder().open(folder("n1"), joiner).close();
        assertContains(refusal("n1", members("n1")), "never joined");
        StoreIdentity empty = identity("n2");
        TestLog.builder().open(folder("n2"), empty).close();
        assertContains(refusal("n2", members("n2")), "it holds no group");
    }

    @Test
    void damagedCopyIsNoSurvivor() {
        node("n1", HardState.INITIAL, log(voters("n1", "n2", "n3"), 10, 4));
        SegmentImage image = SegmentImage.of(folder("n1")).get(0);
        image.flip(image.entry("a", 7).end() - 10);
        assertContains(refusal("n1", members("n1")), "leave it out of the survivors");
    }

    /** The change may be uncommitted: the old voters could go on without this node. */
    @Test
    void majorityOfTheConfigurationBeforeTheLatestIsNoLoss() {
        List<LogEntry> entries = new ArrayList<>(log(voters("n1", "n2", "n3"), 10, 4));
        Membership joint =
                Membership.of(members("n1", "n4", "n5"), members("n1", "n2", "n3"), List.of());
        entries.add(membership(11, 4, joint));
        node("n1", HardState.INITIAL, entries);
        assertContains(refusal("n1", members("n1", "n2")), "may never have been committed");
        // Alone it cannot do harm: the others come back empty.
        tools.recover(folder("n1"), members("n1"));
        assertEquals("voters n1=n1:7000", text(lastEntry("n1")));
    }

    // ---- crashes -------------------------------------------------------------------------------

    @Test
    void crashBeforeTheEntriesIsFinishedByRunningItAgain() throws Exception {
        List<LogEntry> log = log(voters("n1", "n2", "n3"), 10, 4);
        node("n1", HardState.INITIAL, log);
        new RecoveryMarker(folder("n1"), Disk.SYSTEM)
                .write(new RecoveryMarker.Begun("c~2", "n1=n1:7000"));
        assertNotStarted();
        assertContains(refusal("n1", members("n1", "n2")), "run it again with these");
        tools.recover(folder("n1"), members("n1"));
        assertRecovered();
    }

    @Test
    void crashBeforeTheIdentityIsFinishedByRunningItAgain() throws Exception {
        node("n1", HardState.INITIAL, log(voters("n1", "n2", "n3"), 10, 4));
        Path identity = folder("n1").resolve("IDENTITY");
        Path kept = Files.copy(identity, root.resolve("kept"));
        tools.recover(folder("n1"), members("n1"));
        Files.copy(kept, identity, StandardCopyOption.REPLACE_EXISTING);
        new RecoveryMarker(folder("n1"), Disk.SYSTEM)
                .write(new RecoveryMarker.Begun("c~2", "n1=n1:7000"));
        assertNotStarted();
        RecoveryPlan plan = tools.recover(folder("n1"), members("n1"));
        assertContains(plan.groups().get(0).text(), "has its new configuration already");
        assertRecovered();
    }

    @Test
    void crashAfterTheIdentityNeedsNothing() throws Exception {
        node("n1", HardState.INITIAL, log(voters("n1", "n2", "n3"), 10, 4));
        tools.recover(folder("n1"), members("n1"));
        new RecoveryMarker(folder("n1"), Disk.SYSTEM)
                .write(new RecoveryMarker.Begun("c~2", "n1=n1:7000"));
        assertRecovered();
        assertContains(refusal("n1", members("n1")), "nothing needs recovery");
    }

    private void assertNotStarted() {
        StoreException e = assertThrows(StoreException.class, () -> open("n1").close());
        assertContains(String.valueOf(e.getMessage()), "in the middle of a recovery");
        assertContains(String.valueOf(e.getMessage()), "n1=n1:7000");
    }

    private void assertRecovered() {
        assertEquals(11, entries("n1").size());
        assertEquals("voters n1=n1:7000", text(lastEntry("n1")));
        assertEquals("c~2", tools.describe(folder("n1")).identity().clusterId());
        assertNotEquals(0, tools.describe(folder("n1")).groups().size());
    }
}
