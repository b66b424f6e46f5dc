package io.jangada.raft.impl.codec;

import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Message.InstallSnapshot;
import io.jangada.raft.impl.core.Message.Reconfigure;
import io.jangada.raft.impl.core.Message.ReconfigureResponse;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages of many groups to one frame, and back; {@code docs/wire.md} describes the bytes.
 * Payloads are copied once on each side, from the entry into the transport's buffer and from there
 * into the new entry. Any thread.
 */
public final class MessageCodec {
    /** The first byte of every frame. */
    private static final int VERSION = 1;

    /** More than a length, all fields of a header and the length of a payload can take. */
    private static final int HEADER_BYTES_MAX = 256;

    /** The same for the header of an entry. */
    private static final int ENTRY_HEADER_BYTES_MAX = 40;

    private static final int REASON_CHARS_MAX = 200;

    private static final ThreadLocal<FrameBuilder> BUILDER =
            ThreadLocal.withInitial(FrameBuilder::new);

    private MessageCodec() {}

    /**
     * Encodes messages for one peer.
     *
     * @param envelopes at least one, in the order in which the peer is to take them
     * @return a frame that keeps the payloads, which nobody changes, and nothing else
     * @throws IllegalArgumentException if there is no message, entries are not consecutive, or the
     *     frame would exceed 2 GiB
     */
    public static OutboundFrame encode(List<Envelope> envelopes) {
        if (envelopes.isEmpty()) {
            throw new IllegalArgumentException("a frame needs at least one message");
        }
        FrameBuilder builder = BUILDER.get();
        try {
            builder.version(VERSION);
            MessageEncoder encoder = new MessageEncoder(builder);
            for (Envelope envelope : envelopes) {
                encoder.write(envelope);
            }
            return builder.build();
        } catch (IOException e) {
            throw new UncheckedIOException("nothing here does I/O", e);
        } finally {
            builder.clear();
        }
    }

    /**
     * How much of a frame a message can take at most, so that frames can be filled without
     * exceeding {@link Transport#frameBytesMax()}. The frame itself adds one byte.
     *
     * @param message any message
     * @return bytes, a little more than it really takes
     */
    public static long sizeMax(Message message) {
        long size = HEADER_BYTES_MAX;
        if (message instanceof AppendEntries append) {
            for (LogEntry entry : append.entries()) {
                size += ENTRY_HEADER_BYTES_MAX + entry.payloadBytes();
            }
        } else if (message instanceof ForwardProposal forward) {
            size += forward.proposal().payload().length;
        } else if (message instanceof InstallSnapshot install) {
            size += utf8SizeMax(install.info().meta().membership().toString());
        } else if (message instanceof Reconfigure wish) {
            size += utf8SizeMax(ChangeCodec.text(wish.change()));
        } else if (message instanceof ReconfigureResponse response && response.refusal() != null) {
            size += utf8SizeMax(response.refusal());
        }
        return size;
    }

    private static long utf8SizeMax(String text) {
        return 3L * text.length();
    }

    /**
     * As {@link #sizeMax(Message)}, of any message with entries.
     *
     * @param entries how many
     * @param payloadBytes size of all their payloads
     * @return bytes
     */
    public static long sizeMax(long entries, long payloadBytes) {
        return HEADER_BYTES_MAX + entries * ENTRY_HEADER_BYTES_MAX + payloadBytes;
    }

    /**
     * Decodes a frame. What it returns shares no memory with the frame, and could have been sent by
     * a correct node.
     *
     * @param frame from position to limit, both left as they are
     * @return its messages, at least one
     * @throws BadFrameException if the bytes are anything else; then nothing larger than a small
     *     multiple of the frame was allocated
     */
    public static List<Envelope> decode(ByteBuffer frame) {
        try {
            return messages(frame);
        } catch (BadFrameException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new BadFrameException("malformed frame: " + reason(e), e);
        }
    }

    private static List<Envelope> messages(ByteBuffer frame) throws IOException {
        ByteBuffer bytes = frame.slice();
        int version = bytes.get();
        if (version != VERSION) {
            throw new BadFrameException(
                    "frame version " + version + "; this node speaks version " + VERSION);
        }
        FieldReader reader = new FieldReader(bytes);
        MessageDecoder decoder = new MessageDecoder(reader);
        List<Envelope> envelopes = new ArrayList<>();
        do {
            envelopes.add(decoder.next());
        } while (reader.hasMore());
        return envelopes;
    }

    /** One line, since it ends up in a log, however much the peer sent. */
    private static String reason(Exception e) {
        String text = e instanceof BufferUnderflowException ? "it ends too early" : e.toString();
        return text.substring(0, Math.min(text.length(), REASON_CHARS_MAX));
    }
}
