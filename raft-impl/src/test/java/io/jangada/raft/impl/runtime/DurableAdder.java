package io.jangada.raft.impl.runtime;

import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.DurableStateMachine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Keeps its checkpoints on a disk that outlives it, and counts what it applies in this life. */
class DurableAdder extends Adder implements DurableStateMachine {
    /** What survives. */
    static final class Disk {
        private List<Long> numbers = List.of();
        private long index;
        private byte[] mark = new byte[0];
        private boolean full;

        synchronized long index() {
            return index;
        }

        synchronized void fill() {
            full = true;
        }

        private synchronized void write(List<Long> state, Checkpoint checkpoint)
                throws IOException {
            if (full) {
                throw new IOException("the disk is full");
            }
            numbers = state;
            index = checkpoint.index();
            mark = new byte[checkpoint.mark().remaining()];
            checkpoint.mark().duplicate().get(mark);
        }

        private synchronized Optional<Checkpoint> checkpoint() {
            return index == 0
                    ? Optional.empty()
                    : Optional.of(new Checkpoint(index, ByteBuffer.wrap(mark)));
        }
    }

    private final Disk disk;
    private volatile int applied;

    DurableAdder(Disk disk) {
        this.disk = disk;
        disk.numbers.forEach(this::add);
    }

    @Override
    public Long apply(Long command, Applied at) {
        int next = applied + 1; // One writer: applies come one at a time.
        applied = next;
        return super.apply(command, at);
    }

    int applied() {
        return applied;
    }

    @Override
    public Optional<Checkpoint> recovered() {
        return disk.checkpoint();
    }

    @Override
    public void checkpoint(Checkpoint checkpoint) throws IOException {
        disk.write(numbers(), checkpoint);
    }
}
