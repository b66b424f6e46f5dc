package io.jangada.raft.spi;

import io.jangada.raft.spi.testkit.StateMachineContract;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Runs the contract of state machines on a small one, which is also an example of its use. */
class StateMachineContractTest extends StateMachineContract<StateMachineContractTest.Add, Long> {
    record Add(String key, long n) {}

    /** Counters by name. */
    static final class Counters implements BatchStateMachine<Add, Long> {
        private final TreeMap<String, Long> counters = new TreeMap<>();

        @Override
        public Long apply(Add command, Applied at) {
            return counters.merge(command.key(), command.n(), Long::sum);
        }

        @Override
        public List<Long> applyAll(List<Add> commands, List<Applied> at) {
            List<Long> results = new ArrayList<>();
            for (int i = 0; i < commands.size(); i++) {
                results.add(apply(commands.get(i), at.get(i)));
            }
            return results;
        }

        @Override
        public void save(SnapshotWriter out) throws IOException {
            out.writeInt(counters.size());
            for (Map.Entry<String, Long> counter : counters.entrySet()) {
                out.writeUTF(counter.getKey());
                out.writeLong(counter.getValue());
            }
        }

        @Override
        public void load(SnapshotReader in) throws IOException {
            counters.clear();
            for (int left = in.readInt(); left > 0; left--) {
                counters.put(in.readUTF(), in.readLong());
            }
        }
    }

    @Override
    protected StateMachine<Add, Long> newMachine() {
        return new Counters();
    }

    @Override
    protected Add randomCommand(Random random) {
        return new Add("counter-" + random.nextInt(20), random.nextLong());
    }
}
