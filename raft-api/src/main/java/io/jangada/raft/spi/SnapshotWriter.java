package io.jangada.raft.spi;

import java.io.DataOutputStream;
import java.io.OutputStream;

/** Where a state machine writes its state: the primitives of {@link java.io.DataOutput}. */
public final class SnapshotWriter extends DataOutputStream {
    /**
     * Writes to a stream.
     *
     * @param out the stream; not buffered any further
     */
    public SnapshotWriter(OutputStream out) {
        super(out);
    }
}
