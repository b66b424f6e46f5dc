package io.jangada.raft.spi;

import java.nio.ByteBuffer;

/**
 * A frame that writes itself into a buffer of the transport's choosing, so that it is copied once.
 */
public interface OutboundFrame {
    /**
     * Its exact length.
     *
     * @return bytes
     */
    int size();

    /**
     * Writes all of it.
     *
     * @param target has {@link #size()} bytes remaining at least
     */
    void writeTo(ByteBuffer target);
}
