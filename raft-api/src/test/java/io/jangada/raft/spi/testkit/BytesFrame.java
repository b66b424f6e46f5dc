package io.jangada.raft.spi.testkit;

import io.jangada.raft.spi.OutboundFrame;
import java.nio.ByteBuffer;

/** A frame made of an array; not copied before it is written. */
final class BytesFrame implements OutboundFrame {
    private final byte[] bytes;

    BytesFrame(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int size() {
        return bytes.length;
    }

    @Override
    public void writeTo(ByteBuffer target) {
        target.put(bytes);
    }
}
