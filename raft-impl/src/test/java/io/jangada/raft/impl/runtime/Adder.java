package io.jangada.raft.impl.runtime;

import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.BatchStateMachine;
import io.jangada.raft.spi.ConcurrentReads;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotView;
import io.jangada.raft.spi.SnapshotViews;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Adds numbers up and answers with the sum; remembers them; can be held up, and made to throw. */
class Adder implements StateMachine<Long, Long> {
    /** A command that no adder survives. */
    static final long POISON = Long.MIN_VALUE;

    /** A number that can be added and saved, but not loaded. */
    static final long INDIGESTIBLE = Long.MIN_VALUE + 1;

    final Gate gate = new Gate();
    final Gate saveGate = new Gate();
    final Gate loadGate = new Gate();
    private volatile int loads;
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
        saveGate.pass();
        write(numbers, out);
    }

    static void write(List<Long> numbers, DataOutput out) throws IOException {
        out.writeInt(numbers.size());
        for (long number : numbers) {
            out.writeLong(number);
        }
    }

    @Override
    public void load(SnapshotReader in) throws IOException {
        loadGate.pass();
        replaceBy(read(in));
    }

    static List<Long> read(DataInput in) throws IOException {
        List<Long> numbers = new ArrayList<>();
        for (int rest = in.readInt(); rest > 0; rest--) {
            numbers.add(in.readLong());
        }
        return numbers;
    }

    void replaceBy(List<Long> others) throws IOException {
        if (others.contains(INDIGESTIBLE)) {
            throw new IOException("no adder reads this");
        }
        int next = loads + 1; // One writer, as for the sum.
        loads = next;
        numbers.clear();
        numbers.addAll(others);
        sum = numbers.stream().mapToLong(Long::longValue).sum();
    }

    /** How often a snapshot took the place of the numbers. */
    int loads() {
        return loads;
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

    /** Shows its state at one moment. */
    static final class WithViews extends Adder implements SnapshotViews {
        @Override
        public SnapshotView view() {
            List<Long> now = numbers();
            return out -> {
                saveGate.pass();
                write(now, out);
            };
        }
    }

    /** Has much to save besides its numbers: what a chunk does not hold. */
    static final class Heavy extends Adder implements SnapshotViews {
        static final int BALLAST_BYTES = 3 << 20;

        @Override
        public SnapshotView view() {
            List<Long> now = numbers();
            return out -> {
                write(now, out);
                for (int i = 0; i < BALLAST_BYTES; i += 8) {
                    out.writeLong(i);
                }
            };
        }

        @Override
        public void load(SnapshotReader in) throws IOException {
            super.load(in);
            for (int i = 0; i < BALLAST_BYTES; i += 8) {
                if (in.readLong() != i) {
                    throw new IOException("the ballast has shifted");
                }
            }
        }
    }

    /** Can be read at any time. */
    static final class ReadAnywhere extends Adder implements ConcurrentReads {}
}
