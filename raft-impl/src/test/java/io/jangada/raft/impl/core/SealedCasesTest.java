package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.id;
import static io.jangada.raft.impl.core.Script.proposal;
import static io.jangada.raft.impl.core.Script.snapshot;
import static io.jangada.raft.impl.core.TestNode.leader;
import static io.jangada.raft.impl.core.TestNode.node;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Message.ForwardRefused;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshot;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
import io.jangada.raft.impl.core.Message.InstallStatus;
import io.jangada.raft.impl.core.Message.ReadIndexRequest;
import io.jangada.raft.impl.core.Message.ReadIndexResponse;
import io.jangada.raft.impl.core.Message.Reconfigure;
import io.jangada.raft.impl.core.Message.ReconfigureResponse;
import io.jangada.raft.impl.core.Message.RemovedNotice;
import io.jangada.raft.impl.core.Message.SignOfLife;
import io.jangada.raft.impl.core.Message.TimeoutNow;
import io.jangada.raft.impl.core.Message.TransferRequest;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every input and every message has a handler, in every role and for every order of terms. */
class SealedCasesTest {
    private static final Map<String, Supplier<TestNode>> ROLES = new LinkedHashMap<>();

    static {
        ROLES.put("follower", () -> node("n1", "n1 n2 n3", 1, 3).after(TestNode.LATER));
        ROLES.put(
                "follower of n2",
                () ->
                        node("n1", "n1 n2 n3", 1, 3)
                                .after(TestNode.LATER)
                                .get("n2", new Heartbeat(3, 1, 0)));
        ROLES.put("pre-candidate", () -> node("n1", "n1 n2 n3", 1, 3).after(TestNode.LATER).tick());
        ROLES.put(
                "candidate",
                () ->
                        node("n1", "n1 n2 n3", 1, 2)
                                .after(TestNode.LATER)
                                .tick()
                                .get("n2", Script.preVoteResponse(3, true)));
        ROLES.put("leader", () -> leader("n1", "n1 n2 n3", 1, 2));
        ROLES.put("learner", () -> node("n1", "n2 n3; learners n1", 1, 3).after(TestNode.LATER));
    }

    private static List<Input> inputs(long now) {
        return List.of(
                new Input.Tick(now),
                new Input.Propose(now, 1, proposal("a")),
                new Input.Read(now, 1),
                new Input.Received(now, id("n2"), new Heartbeat(4, 1, 0)),
                new Input.Persisted(now, 1),
                new Input.Applied(now, 0),
                new Input.TransferLeadership(now, id("n2")),
                new Input.Reconfigure(now, 1, new MembershipChange.Remove(id("n2"))),
                new Input.SnapshotProgress(now, snapshot(9, 3, 1, "n1 n2 n3"), 7),
                new Input.SnapshotReceived(now, snapshot(9, 3, 1, "n1 n2 n3")),
                new Input.SnapshotFailed(now, snapshot(9, 3, 1, "n1 n2 n3")),
                new Input.DiskSick(now, true),
                new Input.Rouse(now));
    }

    private static List<Message> messages(long term) {
        return List.of(
                Script.requestVote(term, 3, 3),
                Script.transferVote(term, 3, 3),
                Script.preVote(term, 3, 3),
                Script.vote(term, true),
                Script.vote(term, false),
                Script.preVoteResponse(term, true),
                Script.preVoteResponse(term, false),
                Script.append(term, 2, 1, 0),
                Script.append(term, 9, 9, 0),
                AppendEntriesResponse.accepted(term, 2),
                Script.rejected(term, 3, 0, 1, 0),
                new Heartbeat(term, 1, 0),
                new HeartbeatResponse(term, 1, 2),
                new ReadIndexRequest(term, 1),
                new ReadIndexResponse(term, 1, 2),
                new ForwardProposal(term, 1, proposal("a")),
                new ForwardRefused(term, 1, Refusal.OVERLOADED),
                new TransferRequest(term, id("n2")),
                new TimeoutNow(term, 1),
                new InstallSnapshot(term, snapshot(9, term, 1, "n1 n2 n3")),
                new InstallSnapshotResponse(term, 2, 0, InstallStatus.INSTALLED),
                new Reconfigure(term, 1, new MembershipChange.Remove(id("n3"))),
                new ReconfigureResponse(term, 1, "no"),
                new RemovedNotice(term, 9),
                new SignOfLife(term, 1, 2, false));
    }

    @Test
    void noInputIsForgottenHere() {
        Stream<Object> others =
                Stream.of(
                        new Input.Found(0, Script.membership("n1")),
                        new Input.SnapshotSaved(0, snapshot(1, 0, 1, "n1")));
        assertEquals(cases(Input.class), kinds(Stream.concat(inputs(0).stream(), others)));
    }

    @Test
    void noMessageIsForgottenHere() {
        assertEquals(cases(Message.class), kinds(messages(1).stream()));
    }

    @Test
    void everyRoleTakesEveryInput() {
        ROLES.forEach(
                (name, role) -> {
                    int count = inputs(0).size();
                    for (int i = 0; i < count; i++) {
                        TestNode node = role.get();
                        Input input = inputs(node.nowNanos()).get(i);
                        assertDoesNotThrow(() -> node.core.step(input), name + " " + input);
                        node.out();
                    }
                });
    }

    @Test
    void aNodeWithAnEmptyLogTakesTheInputThatFoundsTheGroup() {
        TestNode node =
                node(RaftConfig.builder().build(), "n1", List.<LogEntry>of(), HardState.INITIAL);

        node.core.step(new Input.Found(0, Script.membership("n1 n2")));

        assertEquals("write 1: [1@0 membership]\n", node.out());
    }

    @Test
    void everyRoleTakesEveryMessageOfAnOldTheSameAndANewTerm() {
        ROLES.forEach(
                (name, role) -> {
                    for (long term : new long[] {2, 3, 4}) {
                        for (Message message : messages(term)) {
                            TestNode node = role.get();
                            if (name.equals("leader") && term == 3) {
                                continue; // See the next test.
                            }
                            assertDoesNotThrow(() -> node.get("n2", message), name + " " + message);
                            node.out();
                            assertEquals(
                                    node.core.currentTerm(), node.log.hardState().currentTerm());
                        }
                    }
                });
    }

    @Test
    void i1_aSecondLeaderOfTheSameTermStopsTheFirst() {
        for (Message message : messages(3)) {
            TestNode n1 = ROLES.get("leader").get();
            if (message instanceof Heartbeat
                    || message instanceof InstallSnapshot
                    || message instanceof Message.AppendEntries) {
                assertThrows(InvariantViolation.class, () -> n1.get("n2", message));
            } else {
                assertDoesNotThrow(() -> n1.get("n2", message));
            }
        }
    }

    @Test
    void everyMessageCanBeShown() {
        messages(1).forEach(message -> assertEquals(false, Script.show(message).isEmpty()));
    }

    private static Set<String> cases(Class<?> sealed) {
        return Arrays.stream(sealed.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .collect(Collectors.toSet());
    }

    private static Set<String> kinds(Stream<?> values) {
        return values.map(each -> each.getClass().getSimpleName()).collect(Collectors.toSet());
    }
}
