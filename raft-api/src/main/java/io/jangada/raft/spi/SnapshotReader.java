package io.jangada.raft.spi;

import java.io.DataInputStream;
import java.io.InputStream;

/** Where a state machine reads its state: the primitives of {@link java.io.DataInput}. */
public final class SnapshotReader extends DataInputStream {
    /**
     * Reads from a stream.
     *
     * @param in the stream; not buffered any further
     */
    public SnapshotReader(InputStream in) {
        super(in);
    }
}
