package io.jangada.figures;

import io.jangada.examples.kv.KvCommand;
import io.jangada.examples.kv.KvResult;
import io.jangada.examples.kv.KvStateMachine;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.ConcurrentReads;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotView;
import io.jangada.raft.spi.SnapshotViews;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The KV's state machine with a stop watch: for each view, how long making it took and how long it
 * was from the end of the apply before to the beginning of the one behind, the library's own part
 * included.
 */
final class MeasuredKv
        implements StateMachine<KvCommand, KvResult>, ConcurrentReads, SnapshotViews {
    /**
     * Both in nanoseconds; {@code fromNanos} and {@code toNanos} tell when, for comparing with GC.
     */
    record Pause(long viewNanos, long fromNanos, long toNanos) {
        long standstillNanos() {
            return toNanos - fromNanos;
        }
    }

    private final KvStateMachine machine = new KvStateMachine();
    private final List<Pause> pauses = new ArrayList<>();
    private final long[] gaps = new long[1 << 16];
    private int gapCount;
    private long appliedNanos = System.nanoTime();
    private long viewNanos = -1;

    @Override
    public KvResult apply(KvCommand command, Applied at) {
        gaps[gapCount++ & (gaps.length - 1)] = System.nanoTime() - appliedNanos;
        if (viewNanos >= 0) {
            synchronized (pauses) {
                pauses.add(new Pause(viewNanos, appliedNanos, System.nanoTime()));
            }
            viewNanos = -1;
        }
        KvResult result = machine.apply(command, at);
        appliedNanos = System.nanoTime();
        return result;
    }

    @Override
    public SnapshotView view() {
        long before = System.nanoTime();
        SnapshotView view = machine.view();
        viewNanos = System.nanoTime() - before;
        return view;
    }

    @Override
    public void save(SnapshotWriter out) throws IOException {
        machine.save(out);
    }

    @Override
    public void load(SnapshotReader in) throws IOException {
        machine.load(in);
    }

    int size() {
        return machine.map().size();
    }

    /** The last gaps between any two applies, sorted; read while nothing is applied. */
    long[] gaps() {
        long[] sorted = Arrays.copyOf(gaps, Math.min(gapCount, gaps.length));
        Arrays.sort(sorted);
        return sorted;
    }

    /** The pauses since this was last asked. */
    List<Pause> takePauses() {
        synchronized (pauses) {
            List<Pause> taken = List.copyOf(pauses);
            pauses.clear();
            return taken;
        }
    }
}
