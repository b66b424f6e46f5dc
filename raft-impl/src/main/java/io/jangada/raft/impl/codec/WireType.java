package io.jangada.raft.impl.codec;

import io.protostuff.ByteBufferInput;
import java.io.IOException;

/** The wire types of protobuf that we use: all but groups. */
final class WireType {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int LENGTH_DELIMITED = 2;
    static final int FIXED32 = 5;

    private static final int MASK = 7;

    private WireType() {}

    /**
     * Checks the field whose number was just read. Protostuff does not: a number sent as a block of
     * bytes would be taken for a packed list.
     */
    static void check(ByteBufferInput in, int expected, String what) {
        int found = in.getLastTag() & MASK;
        if (found != expected) {
            throw new IllegalArgumentException(
                    what + " has wire type " + found + " instead of " + expected);
        }
    }

    /**
     * Skips a field that a later version has added. Never a group: skipping nested groups would
     * take as much stack as a sender likes.
     */
    static void skipUnknown(ByteBufferInput in) throws IOException {
        int tag = in.getLastTag();
        switch (tag & MASK) {
            case VARINT, FIXED64, LENGTH_DELIMITED, FIXED32 -> in.skipField(tag);
            default ->
                    throw new IllegalArgumentException(
                            "unknown field " + (tag >>> 3) + " has wire type " + (tag & MASK));
        }
    }
}
