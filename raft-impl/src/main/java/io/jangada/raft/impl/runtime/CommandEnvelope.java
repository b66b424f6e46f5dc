package io.jangada.raft.impl.runtime;

import java.nio.ByteBuffer;

/**
 * The payload of a command entry: whose write it is, then the command. Fixed layout, big-endian:
 * session (8 bytes), sequence (8), lowest unanswered sequence (8), command.
 *
 * @param session the session's id
 * @param sequence the write's number within it
 * @param lowestUnanswered replies below it are not needed any more (Z44)
 * @param command the encoded command
 */
record CommandEnvelope(long session, long sequence, long lowestUnanswered, ByteBuffer command) {
    static final int HEADER_BYTES = 24;

    static byte[] encode(long session, long sequence, long lowestUnanswered, byte[] command) {
        byte[] payload = new byte[HEADER_BYTES + command.length];
        ByteBuffer.wrap(payload)
                .putLong(session)
                .putLong(sequence)
                .putLong(lowestUnanswered)
                .put(command);
        return payload;
    }

    static CommandEnvelope decode(byte[] payload) {
        if (payload.length < HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "a command entry of " + payload.length + " bytes has no session header");
        }
        ByteBuffer in = ByteBuffer.wrap(payload);
        long session = in.getLong();
        long sequence = in.getLong();
        long lowestUnanswered = in.getLong();
        return new CommandEnvelope(
                session, sequence, lowestUnanswered, in.slice().asReadOnlyBuffer());
    }
}
