package io.jangada.quickstart;

import static io.jangada.raft.testkit.RaftSim.ALL;

import io.jangada.raft.api.Codec;
import io.jangada.raft.testkit.RaftSim;
import org.junit.jupiter.api.Test;

// testing: your own machine
class CounterSimTest {
    @Test
    void everyNodeCountsTheSame() {
        RaftSim.of(Counter::new, Codec.of(Add.class))
                .commands(random -> new Add(random.nextInt(10)))
                .nodes(5)
                .faults(ALL)
                .seeds(10);
    }
}
// testing: end
