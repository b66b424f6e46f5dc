package io.jangada.benchmarks.micro;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.ConcurrentReads;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** {@link RaftGroup#readNow} with a query that does nothing: the lease and no more. */
@State(Scope.Thread)
public class LeaseCheck {
    private @Nullable RaftGroup<Counter, Long, Long> group;

    /** A state without a group. */
    public LeaseCheck() {}

    /**
     * Starts a cluster of one.
     *
     * @throws Exception if it takes no write
     */
    @Setup
    public void setUp() throws Exception {
        group =
                Raft.inMemory("lease")
                        .start(new Counter(), Codec.of(Long.class), Codec.of(Long.class));
        group.write(1L).get();
    }

    /**
     * Reads.
     *
     * @return the count
     */
    @Benchmark
    public Long readNow() {
        RaftGroup<Counter, Long, Long> open = group;
        if (open == null) {
            throw new IllegalStateException("not set up");
        }
        return open.readNow(Counter::count);
    }

    /** Stops the cluster. */
    @TearDown
    public void tearDown() {
        if (group != null) {
            group.close();
        }
    }

    /** Adds. */
    private static final class Counter implements StateMachine<Long, Long>, ConcurrentReads {
        private volatile Long count = 0L;

        Long count() {
            return count;
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // One thread applies at a time.
        public Long apply(Long command, Applied at) {
            count = count + command;
            return count;
        }

        @Override
        public void save(SnapshotWriter out) throws IOException {
            out.writeLong(count);
        }

        @Override
        public void load(SnapshotReader in) throws IOException {
            count = in.readLong();
        }
    }
}
