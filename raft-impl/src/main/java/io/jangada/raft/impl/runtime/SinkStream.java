package io.jangada.raft.impl.runtime;

import io.jangada.raft.spi.SnapshotSink;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/** Gathers small writes for a sink, and ends early when nobody wants the snapshot any more. */
final class SinkStream extends OutputStream {
    private static final int BUFFER_BYTES_MIN = 4 << 10;
    private static final int BUFFER_BYTES_MAX = 64 << 10;

    private final SnapshotSink sink;
    private final BooleanSupplier abandoned;

    /** Larger when it was full once: many groups are small. */
    private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES_MIN);

    SinkStream(SnapshotSink sink, BooleanSupplier abandoned) {
        this.sink = sink;
        this.abandoned = abandoned;
    }

    @Override
    public void write(int value) throws IOException {
        if (!buffer.hasRemaining()) {
            flush();
        }
        buffer.put((byte) value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int rest = length;
        while (rest > 0) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int count = Math.min(rest, buffer.remaining());
            buffer.put(bytes, from, count);
            from += count;
            rest -= count;
        }
    }

    @Override
    public void flush() throws IOException {
        if (abandoned.getAsBoolean()) {
            throw new AbandonedException();
        }
        if (buffer.position() > 0) {
            boolean full = !buffer.hasRemaining();
            sink.write(buffer.flip());
            buffer =
                    full && buffer.capacity() < BUFFER_BYTES_MAX
                            ? ByteBuffer.allocate(BUFFER_BYTES_MAX)
                            : buffer.clear();
        }
    }

    /** Nothing went wrong: the snapshot is not wanted any more. */
    static final class AbandonedException extends IOException {
        private static final long serialVersionUID = 1;

        AbandonedException() {
            super("given up, since the group closes or another snapshot comes");
        }
    }
}
