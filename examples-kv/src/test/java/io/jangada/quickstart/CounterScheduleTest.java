package io.jangada.quickstart;

import io.jangada.raft.api.Codec;
import io.jangada.raft.testkit.RaftSim;
import io.jangada.raft.testkit.SimStep;
import io.jangada.raft.testkit.jqwik.RaftArbitraries;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

// testing: schedules
class CounterScheduleTest {
    @Provide
    Arbitrary<List<SimStep<Add>>> schedules() {
        return RaftArbitraries.schedules(3, Arbitraries.longs().map(Add::new));
    }

    @Property(tries = 10)
    void anyScheduleEndsWell(@ForAll("schedules") List<SimStep<Add>> schedule) {
        RaftSim.of(Counter::new, Codec.of(Add.class)).run(schedule);
    }
}
// testing: end
