package io.jangada.raft.spi;

import java.io.IOException;

/**
 * A state machine's state at one moment, which later commands do not change. Written out on another
 * thread than the applier's, while applying goes on; closed there, whatever happened.
 */
public interface SnapshotView extends AutoCloseable {
    /**
     * Writes the whole state, in a canonical form: equal states give equal bytes on every node.
     *
     * @param out where to
     * @throws IOException if {@code out} fails
     */
    void save(SnapshotWriter out) throws IOException;

    @Override
    default void close() {}
}
