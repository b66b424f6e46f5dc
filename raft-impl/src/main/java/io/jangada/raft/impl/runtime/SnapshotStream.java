package io.jangada.raft.impl.runtime;

import io.jangada.raft.spi.SnapshotFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/** Reads an open snapshot from the beginning, a small buffer at a time. */
final class SnapshotStream extends InputStream {
    private static final int BUFFER_BYTES = 64 << 10;

    private final SnapshotFile file;
    private final BooleanSupplier abandoned;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private long position;

    SnapshotStream(SnapshotFile file, BooleanSupplier abandoned) {
        this.file = file;
        this.abandoned = abandoned;
    }

    @Override
    public int read() throws IOException {
        return fill() ? buffer.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, buffer.remaining());
        buffer.get(target, offset, count);
        return count;
    }

    @Override
    public int available() {
        return buffer.remaining();
    }

    private boolean fill() throws IOException {
        if (buffer.hasRemaining()) {
            return true;
        }
        if (abandoned.getAsBoolean()) {
            throw new SinkStream.AbandonedException();
        }
        buffer.clear();
        int count = file.read(position, buffer);
        buffer.flip();
        position += count;
        return count > 0;
    }
}
