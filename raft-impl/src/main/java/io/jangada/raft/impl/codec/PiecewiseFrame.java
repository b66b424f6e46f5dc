package io.jangada.raft.impl.codec;

import io.jangada.raft.spi.OutboundFrame;
import java.nio.ByteBuffer;

/** Payloads as they are, and everything else in one array, to be put together in the target. */
final class PiecewiseFrame implements OutboundFrame {
    private final byte[] small;
    private final int[] cuts;
    private final byte[][] payloads;
    private final int size;

    /**
     * A frame; keeps the arrays.
     *
     * @param small all but the payloads
     * @param cuts for each payload, where in {@code small} it belongs
     * @param payloads never changed by anybody
     * @param size of all together
     */
    PiecewiseFrame(byte[] small, int[] cuts, byte[][] payloads, int size) {
        this.small = small;
        this.cuts = cuts;
        this.payloads = payloads;
        this.size = size;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void writeTo(ByteBuffer target) {
        int written = 0;
        for (int i = 0; i < payloads.length; i++) {
            target.put(small, written, cuts[i] - written);
            target.put(payloads[i]);
            written = cuts[i];
        }
        target.put(small, written, small.length - written);
    }
}
