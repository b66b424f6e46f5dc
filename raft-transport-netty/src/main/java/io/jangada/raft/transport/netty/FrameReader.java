package io.jangada.raft.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what arrives into frames and checks them. A frame that lies whole in the read buffer is
 * handed on in place; one that does not is gathered in a buffer of its exact size, so that large
 * frames are copied once and never grow a buffer.
 *
 * <p>Invariant: beyond what is handed to {@link #read}, it holds at most one buffer, of at most the
 * body limit, and only for a length that was checked. Not thread-safe.
 */
final class FrameReader {
    /** Takes frames that passed all checks. */
    interface Sink {
        /**
         * Takes one.
         *
         * @param body valid during the call only
         * @throws MalformedFrameException if it does not belong here
         */
        void onFrame(FrameType type, ByteBuffer body) throws MalformedFrameException;
    }

    private final ByteBufAllocator allocator;
    private final Sink sink;
    private int bodyBytesMax;

    /** What is there of a magic or a header that came in pieces. */
    private final ByteBuffer pieces = ByteBuffer.allocate(FrameFormat.HEADER_BYTES);

    private boolean magicSeen;
    private boolean closed;

    /** What is there of a body that came in pieces; its capacity is the body's length. */
    private @Nullable ByteBuf partial;

    /** The header that {@link #partial} belongs to. */
    private int type;

    private int crc;

    FrameReader(ByteBufAllocator allocator, int bodyBytesMax, Sink sink) {
        this.allocator = allocator;
        this.bodyBytesMax = bodyBytesMax;
        this.sink = sink;
        pieces.limit(FrameFormat.MAGIC_BYTES);
    }

    /** Applies to frames whose header comes after this call. */
    void bodyBytesMax(int bytes) {
        bodyBytesMax = bytes;
    }

    /**
     * Takes all readable bytes of {@code in}, which stays the caller's, and hands on the frames
     * that they complete. Does nothing once closed.
     *
     * @throws MalformedFrameException at the first thing wrong; nothing may be read after that
     */
    void read(ByteBuf in) throws MalformedFrameException {
        while (!closed && in.isReadable()) {
            if (partial != null) {
                readBody(in, partial);
            } else if (magicSeen
                    && pieces.position() == 0
                    && in.readableBytes() >= FrameFormat.HEADER_BYTES) {
                onHeader(in.readInt(), in.readInt(), in.readInt(), in);
            } else {
                readPieces(in);
            }
        }
    }

    /** Frees what was gathered. What is read after this call is ignored. */
    void close() {
        closed = true;
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }

    private void readPieces(ByteBuf in) throws MalformedFrameException {
        while (pieces.hasRemaining() && in.isReadable()) {
            pieces.put(in.readByte());
        }
        if (pieces.hasRemaining()) {
            return;
        }
        pieces.flip();
        if (magicSeen) {
            int length = pieces.getInt();
            int code = pieces.getInt();
            int sum = pieces.getInt();
            pieces.clear();
            onHeader(length, code, sum, in);
        } else {
            int magic = pieces.getInt();
            pieces.clear();
            checkMagic(magic);
            magicSeen = true;
        }
    }

    private static void checkMagic(int magic) throws MalformedFrameException {
        if (magic != FrameFormat.MAGIC) {
            throw new MalformedFrameException(
                    String.format(
                            "does not speak this protocol: it began with %08x, not %08x",
                            magic, FrameFormat.MAGIC));
        }
    }

    private void onHeader(int length, int code, int sum, ByteBuf in)
            throws MalformedFrameException {
        // The length comes first: nothing is allocated or waited for that is over the limit.
        if (length < 0 || length > bodyBytesMax) {
            throw new MalformedFrameException(
                    "frame of "
                            + Integer.toUnsignedString(length)
                            + " bytes is over the limit of "
                            + bodyBytesMax);
        }
        if (in.readableBytes() >= length) {
            ByteBuffer body = in.nioBuffer(in.readerIndex(), length);
            in.skipBytes(length);
            deliver(code, sum, body);
        } else {
            type = code;
            crc = sum;
            partial = allocator.directBuffer(length, length);
        }
    }

    private void readBody(ByteBuf in, ByteBuf body) throws MalformedFrameException {
        body.writeBytes(in, Math.min(in.readableBytes(), body.writableBytes()));
        if (body.isWritable()) {
            return;
        }
        partial = null; // First, so that a sink that closes this reader does not free it twice.
        try {
            deliver(type, crc, body.nioBuffer());
        } finally {
            body.release();
        }
    }

    private void deliver(int code, int sum, ByteBuffer body) throws MalformedFrameException {
        int actual = FrameFormat.checksum(body.remaining(), code, body);
        body.rewind();
        if (actual != sum) {
            throw new MalformedFrameException(
                    String.format(
                            "frame of %d bytes is damaged: checksum %08x, not %08x",
                            body.remaining(), actual, sum));
        }
        FrameType known = FrameType.of(code);
        if (known == null) {
            throw new MalformedFrameException("unknown frame type " + code);
        }
        sink.onFrame(known, body);
    }
}
