package io.jangada.raft.transport.netty;

import io.jangada.raft.spi.OutboundFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The layout of frames: {@code length, type, crc32c} as big-endian 32-bit words, then {@code
 * length} bytes of body. The checksum covers the first two words and the body, so that no damage to
 * a frame can turn it into another one.
 */
final class FrameFormat {
    /**
     * Precedes the first frame in each direction: "JNGD". Tells peers from whatever else knocks.
     */
    static final int MAGIC = 0x4A4E4744;

    static final int MAGIC_BYTES = 4;
    static final int HEADER_BYTES = 12;

    /** No body is larger before both sides have agreed to talk: strangers get no memory. */
    static final int HANDSHAKE_BODY_BYTES_MAX = 1024;

    private static final int CRC_OFFSET = 8;

    private FrameFormat() {}

    /**
     * Lets the frame write itself once, behind the room for its header. The caller owns the buffer.
     */
    static ByteBuf data(ByteBufAllocator allocator, OutboundFrame frame, int size) {
        int total = HEADER_BYTES + size;
        ByteBuf buffer = allocator.directBuffer(total, total);
        try {
            ByteBuffer body =
                    buffer.internalNioBuffer(HEADER_BYTES, size).order(ByteOrder.BIG_ENDIAN);
            write(frame, size, body);
            seal(buffer, FrameType.DATA, size);
            return buffer;
        } catch (RuntimeException | Error e) {
            buffer.release();
            throw e;
        }
    }

    private static void write(OutboundFrame frame, int size, ByteBuffer body) {
        int start = body.position();
        try {
            frame.writeTo(body);
        } catch (BufferOverflowException e) {
            throw new IllegalArgumentException(
                    "the frame said " + size + " bytes and wrote more", e);
        }
        int written = body.position() - start;
        if (written != size) {
            throw new IllegalArgumentException(
                    "the frame said " + size + " bytes and wrote " + written);
        }
    }

    /** A frame of the transport itself. The caller owns the buffer. */
    static ByteBuf control(ByteBufAllocator allocator, FrameType type, byte[] body) {
        int total = HEADER_BYTES + body.length;
        ByteBuf buffer = allocator.directBuffer(total, total);
        buffer.setBytes(HEADER_BYTES, body);
        seal(buffer, type, body.length);
        return buffer;
    }

    /** The first bytes of a direction: the magic, then a frame. The caller owns the buffer. */
    static ByteBuf opening(ByteBufAllocator allocator, FrameType type, byte[] body) {
        ByteBuf frame = control(allocator, type, body);
        try {
            int total = MAGIC_BYTES + frame.readableBytes();
            return allocator.directBuffer(total, total).writeInt(MAGIC).writeBytes(frame);
        } finally {
            frame.release();
        }
    }

    /** Fills in the header of a frame whose body stands in place. */
    private static void seal(ByteBuf buffer, FrameType type, int size) {
        buffer.setInt(0, size);
        buffer.setInt(4, type.code);
        int crc = checksum(size, type.code, buffer.internalNioBuffer(HEADER_BYTES, size));
        buffer.setInt(CRC_OFFSET, crc);
        buffer.setIndex(0, HEADER_BYTES + size);
    }

    /** Moves the position of {@code body} to its limit. */
    static int checksum(int length, int type, ByteBuffer body) {
        CRC32C crc = new CRC32C();
        update(crc, length);
        update(crc, type);
        crc.update(body);
        return (int) crc.getValue();
    }

    private static void update(CRC32C crc, int word) {
        crc.update(word >>> 24);
        crc.update(word >>> 16);
        crc.update(word >>> 8);
        crc.update(word);
    }
}
