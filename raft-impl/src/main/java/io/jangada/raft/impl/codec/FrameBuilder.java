package io.jangada.raft.impl.codec;

import io.jangada.raft.spi.OutboundFrame;
import io.protostuff.LinkedBuffer;
import io.protostuff.ProtobufOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects a frame: small things are copied here, payloads only remembered. Used by one thread,
 * again and again.
 */
final class FrameBuilder {
    private static final int KEPT_BYTES = 64 << 10;

    private final ProtobufOutput header = new ProtobufOutput(LinkedBuffer.allocate(1 << 10));
    private final List<byte[]> payloads = new ArrayList<>();
    private ByteArrayOutputStream small = new ByteArrayOutputStream(1 << 10);
    private int[] cuts = new int[64];
    private long payloadBytes;

    /** The fields of the header that is being written. */
    ProtobufOutput header() {
        return header;
    }

    void endHeader() throws IOException {
        length(header.getSize());
        LinkedBuffer.writeTo(small, header.head);
        header.clear();
    }

    /** A payload, preceded by its length. */
    void block(byte[] payload) {
        length(payload.length);
        if (payload.length > 0) {
            if (payloads.size() == cuts.length) {
                cuts = Arrays.copyOf(cuts, 2 * cuts.length);
            }
            cuts[payloads.size()] = small.size();
            payloads.add(payload);
            payloadBytes += payload.length;
        }
    }

    void version(int version) {
        small.write(version);
    }

    OutboundFrame build() {
        long size = small.size() + payloadBytes;
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a frame of " + size + " B is too large");
        }
        return new PiecewiseFrame(
                small.toByteArray(),
                Arrays.copyOf(cuts, payloads.size()),
                payloads.toArray(byte[][]::new),
                (int) size);
    }

    /** Forgets everything, whatever state it was left in. */
    void clear() {
        header.clear();
        payloads.clear();
        payloadBytes = 0;
        if (small.size() > KEPT_BYTES) {
            small = new ByteArrayOutputStream(1 << 10);
            cuts = new int[64];
        } else {
            small.reset();
        }
    }

    private void length(int value) {
        int rest = value;
        while (rest > 0x7f) {
            small.write(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        small.write(rest);
    }
}
