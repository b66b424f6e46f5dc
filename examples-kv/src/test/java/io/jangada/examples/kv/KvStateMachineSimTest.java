package io.jangada.examples.kv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.testkit.RaftSim;
import io.jangada.raft.testkit.RaftSimReport;
import io.jangada.raft.testkit.SimStep;
import io.jangada.raft.testkit.jqwik.RaftArbitraries;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The store in simulated clusters: every node answers the same, whatever way its state took. */
class KvStateMachineSimTest {
    private static RaftSim<KvStateMachine, KvCommand, KvResult> sim() {
        return RaftSim.of(KvStateMachine::new, KvCommand.CODEC, KvResult.CODEC);
    }

    @Example
    void everyNodeIsTheSameUnderFaults() {
        RaftSimReport report =
                sim().commands(new KvStateMachineContractTest()::randomCommand).nodes(5).seeds(5);
        System.out.println("KvStateMachine: " + report);
        assertTrue(report.comparisons() > 300 && report.loads() > 10, report::toString);
    }

    @Provide
    Arbitrary<List<SimStep<KvCommand>>> schedules() {
        Arbitrary<KvCommand> commands = Arbitraries.randoms().map(KvStateMachineSimTest::command);
        return RaftArbitraries.schedules(3, commands);
    }

    private static KvCommand command(Random random) {
        return random.nextInt(4) == 0
                ? new KvCommand.Append("k".getBytes(UTF_8), "x".getBytes(UTF_8), 12)
                : new KvStateMachineContractTest().randomCommand(random);
    }

    @Property(tries = 10, seed = "1")
    void anyScheduleEndsWell(@ForAll("schedules") List<SimStep<KvCommand>> schedule) {
        sim().run(schedule);
    }
}
