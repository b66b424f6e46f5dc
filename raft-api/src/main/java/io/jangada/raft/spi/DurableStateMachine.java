package io.jangada.raft.spi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A state machine that is durable by itself: it keeps a checkpoint across restarts, and the log is
 * replayed from there only. What it applied after the checkpoint must be gone after a restart, or
 * the replay would apply it twice.
 */
public interface DurableStateMachine {
    /**
     * Where the state of this machine stands, and what the library needs to go on from there.
     *
     * @param index everything up to this index is in the state
     * @param mark what the library gave with it; opaque, read-only
     */
    record Checkpoint(long index, ByteBuffer mark) {}

    /**
     * The checkpoint that this machine has recovered. Asked for once, before anything is applied.
     *
     * @return empty if the machine is empty
     */
    Optional<Checkpoint> recovered();

    /**
     * Makes the present state durable together with a mark, as one: after a crash either both are
     * there or neither. Called between two applies, at the snapshot policy's pace.
     *
     * @param checkpoint where the state stands, and the library's mark
     * @throws IOException if that fails; the group then stops
     */
    void checkpoint(Checkpoint checkpoint) throws IOException;
}
