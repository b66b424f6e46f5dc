package io.jangada.raft.impl.codec;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.impl.codec.BulkMessage.Chunk;
import io.jangada.raft.impl.codec.BulkMessage.ChunkRefused;
import io.jangada.raft.impl.codec.BulkMessage.ChunkRequest;
import io.jangada.raft.impl.codec.BulkMessage.Refusal;
import io.jangada.raft.spi.OutboundFrame;
import io.protostuff.ProtobufOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Bulk messages to frames and back, one each; {@code docs/wire.md} describes the bytes. A chunk is
 * copied once on each side. Any thread.
 */
public final class BulkCodec {
    /** The first byte of every frame. */
    private static final int VERSION = 1;

    /** More than the version, a header and the length of a chunk can take. */
    private static final int HEADER_BYTES_MAX = 256;

    private static final int REQUEST = 1;
    private static final int CHUNK = 2;
    private static final int REFUSED = 3;

    private static final int REASON_CHARS_MAX = 200;

    private static final FieldReader.Schema SCHEMA = new FieldReader.Schema(BulkField.values());

    private static final ThreadLocal<FrameBuilder> BUILDER =
            ThreadLocal.withInitial(FrameBuilder::new);

    private BulkCodec() {}

    /**
     * The largest frame that bulk messages make.
     *
     * @return bytes, a little more than it really takes
     */
    public static int sizeMax() {
        return HEADER_BYTES_MAX + BulkMessage.CHUNK_BYTES_MAX;
    }

    /**
     * Encodes a message.
     *
     * @param message any
     * @return a frame that keeps the chunk's content, which nobody changes
     */
    public static OutboundFrame encode(BulkMessage message) {
        FrameBuilder builder = BUILDER.get();
        try {
            builder.version(VERSION);
            write(builder, message);
            return builder.build();
        } catch (IOException e) {
            throw new UncheckedIOException("nothing here does I/O", e);
        } finally {
            builder.clear();
        }
    }

    private static void write(FrameBuilder builder, BulkMessage message) throws IOException {
        ProtobufOutput header = builder.header();
        header.writeString(BulkField.GROUP.number(), message.group().value(), false);
        number(header, BulkField.INDEX, message.index());
        header.writeString(BulkField.HASH.number(), message.hash(), false);
        number(header, BulkField.POSITION, message.position());
        if (message instanceof ChunkRequest request) {
            number(header, BulkField.TYPE, REQUEST);
            number(header, BulkField.LENGTH, request.length());
            builder.endHeader();
        } else if (message instanceof Chunk chunk) {
            number(header, BulkField.TYPE, CHUNK);
            number(header, BulkField.CRC32C, crc(chunk.content()));
            builder.endHeader();
            builder.block(chunk.content());
        } else if (message instanceof ChunkRefused refused) {
            number(header, BulkField.TYPE, REFUSED);
            number(header, BulkField.REFUSAL, refused.refusal().code());
            builder.endHeader();
        } else {
            throw new AssertionError("no fields for " + message);
        }
    }

    private static void number(ProtobufOutput header, BulkField field, long value)
            throws IOException {
        header.writeUInt64(field.number(), value, false);
    }

    private static long crc(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return crc.getValue();
    }

    /**
     * Decodes a frame. What it returns shares no memory with the frame, and could have been sent by
     * a correct node.
     *
     * @param frame from position to limit, both left as they are
     * @return its message
     * @throws BadFrameException if the bytes are anything else; then nothing larger than the frame
     *     was allocated
     */
    public static BulkMessage decode(ByteBuffer frame) {
        try {
            return message(frame);
        } catch (BadFrameException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            String text = e instanceof BufferUnderflowException ? "it ends too early" : "" + e;
            throw new BadFrameException(
                    "malformed bulk frame: "
                            + text.substring(0, Math.min(text.length(), REASON_CHARS_MAX)),
                    e);
        }
    }

    private static BulkMessage message(ByteBuffer frame) throws IOException {
        ByteBuffer bytes = frame.slice();
        int version = bytes.get();
        if (version != VERSION) {
            throw new BadFrameException(
                    "bulk frame version " + version + "; this node speaks version " + VERSION);
        }
        FieldReader in = new FieldReader(bytes);
        in.readHeader(SCHEMA);
        BulkMessage message = message(in);
        if (in.hasMore()) {
            throw new BadFrameException("a bulk frame goes on behind its message");
        }
        return message;
    }

    private static BulkMessage message(FieldReader in) throws IOException {
        GroupId group = GroupId.of(in.text(BulkField.GROUP));
        long index = in.positive(BulkField.INDEX);
        String hash = hash(in.text(BulkField.HASH));
        long position = in.number(BulkField.POSITION);
        int type = in.smallNumber(BulkField.TYPE);
        return switch (type) {
            case REQUEST -> new ChunkRequest(group, index, hash, position, length(in));
            case CHUNK -> new Chunk(group, index, hash, position, content(in));
            case REFUSED ->
                    new ChunkRefused(
                            group,
                            index,
                            hash,
                            position,
                            Refusal.of(in.smallNumber(BulkField.REFUSAL)));
            default -> throw new BadFrameException("no bulk message has type " + type);
        };
    }

    private static String hash(String text) {
        boolean hexadecimal =
                text.length() == 64
                        && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
        if (!hexadecimal) {
            throw new BadFrameException("a hash is not one");
        }
        return text;
    }

    private static int length(FieldReader in) {
        return checkLength(in.smallNumber(BulkField.LENGTH));
    }

    private static int checkLength(int length) {
        if (length < 1 || length > BulkMessage.CHUNK_BYTES_MAX) {
            throw new BadFrameException("a chunk has " + length + " bytes");
        }
        return length;
    }

    private static byte[] content(FieldReader in) throws IOException {
        long crc = in.number(BulkField.CRC32C);
        byte[] content = in.readBlock();
        checkLength(content.length);
        if (crc(content) != crc) {
            throw new BadFrameException("a chunk is damaged: its checksum differs");
        }
        return content;
    }
}
