package io.jangada.raft.impl.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The payload of a command entry: whose write it is, then the command. Fixed layout, big-endian:
 * session (8 bytes), sequence (8), lowest unanswered sequence (8), command.
 *
 * @param session the session's id
 * @param sequence the write's number within it
 * @param lowestUnanswered replies below it are not needed any more (Z44)
 * @param payload all of it; nobody changes it
 */
record CommandEnvelope(long session, long sequence, long lowestUnanswered, byte[] payload) {
    static final int HEADER_BYTES = 24;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    static byte[] encode(long session, long sequence, long lowestUnanswered, byte[] command) {
        byte[] payload = new byte[HEADER_BYTES + command.length];
        LONG.set(payload, 0, session);
        LONG.set(payload, 8, sequence);
        LONG.set(payload, 16, lowestUnanswered);
        System.arraycopy(command, 0, payload, HEADER_BYTES, command.length);
        return payload;
    }

    static CommandEnvelope decode(byte[] payload) {
        if (payload.length < HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "a command entry of " + payload.length + " bytes has no session header");
        }
        return new CommandEnvelope(
                (long) LONG.get(payload, 0),
                (long) LONG.get(payload, 8),
                (long) LONG.get(payload, 16),
                payload);
    }

    /** The encoded command. */
    ByteBuffer command() {
        return ByteBuffer.wrap(payload, HEADER_BYTES, payload.length - HEADER_BYTES)
                .slice()
                .asReadOnlyBuffer();
    }
}
