package io.jangada.raft.impl.runtime;

import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.BatchStateMachine;
import io.jangada.raft.spi.ConcurrentReads;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Adds numbers up and answers with the sum; remembers them; can be held up, and made to throw. */
class Adder implements StateMachine<Long, Long> {
    /** A command that no adder survives. */
    static final long POISON = Long.MIN_VALUE;

    final Gate gate = new Gate();
    private final List<Long> numbers = new ArrayList<>();
    private volatile long sum;

    @Override
    public Long apply(Long command, Applied at) {
        gate.pass();
        return add(command);
    }

    Long add(long number) {
        if (number == POISON) {
            throw new IllegalStateException("poisoned");
        }
        numbers.add(number);
        long next = sum + number; // One writer: applies come one at a time.
        sum = next;
        return next;
    }

    long sum() {
        return sum;
    }

    List<Long> numbers() {
        return List.copyOf(numbers);
    }

    @Override
    public void save(SnapshotWriter out) throws IOException {
        throw new IOException("not needed here");
    }

    @Override
    public void load(SnapshotReader in) throws IOException {
        throw new IOException("not needed here");
    }

    /** Takes batches, and remembers their sizes. */
    static final class InBatches extends Adder implements BatchStateMachine<Long, Long> {
        private final List<Integer> batches = new ArrayList<>();

        @Override
        public List<Long> applyAll(List<Long> commands, List<Applied> at) {
            gate.pass();
            batches.add(commands.size());
            return commands.stream().map(this::add).toList();
        }

        List<Integer> batches() {
            return List.copyOf(batches);
        }
    }

    /** Can be read at any time. */
    static final class ReadAnywhere extends Adder implements ConcurrentReads {}
}
