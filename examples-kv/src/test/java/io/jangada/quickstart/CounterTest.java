package io.jangada.quickstart;

import io.jangada.raft.spi.testkit.StateMachineContract;
import java.util.Random;

// spi-guide: machine test
class CounterTest extends StateMachineContract<Add, Long> {
    @Override
    protected Counter newMachine() {
        return new Counter();
    }

    @Override
    protected Add randomCommand(Random random) {
        return new Add(random.nextLong());
    }
}
// spi-guide: end
