package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.RaftConfig;
import java.nio.ByteBuffer;

/**
 * The payload of an entry that opens a session. The limits travel in the entry, since every node
 * must apply the same ones, whatever its own settings (Z43). Fixed layout, big-endian, in this
 * order.
 *
 * @param nonce by which the opener knows its entry
 * @param timeoutMillis life without a write, in cluster time
 * @param window how many replies are kept at most
 * @param replyBytesMax how many bytes of replies are kept at most
 * @param sessionsMax how many sessions the group keeps; the one idle for longest goes first
 */
record SessionTerms(
        long nonce, long timeoutMillis, int window, long replyBytesMax, int sessionsMax) {
    static final int BYTES = 8 + 8 + 4 + 8 + 4;
    private static final int SESSIONS_MAX = 65_536;

    static SessionTerms of(RaftConfig config, long nonce) {
        return new SessionTerms(
                nonce,
                config.sessionTimeout().toMillis(),
                config.sessionWindow(),
                config.sessionReplyBytesMax(),
                SESSIONS_MAX);
    }

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putLong(nonce)
                .putLong(timeoutMillis)
                .putInt(window)
                .putLong(replyBytesMax)
                .putInt(sessionsMax)
                .array();
    }

    static SessionTerms decode(byte[] payload) {
        if (payload.length < BYTES) {
            throw new IllegalArgumentException(
                    "an entry of " + payload.length + " bytes cannot open a session");
        }
        ByteBuffer in = ByteBuffer.wrap(payload);
        return new SessionTerms(in.getLong(), in.getLong(), in.getInt(), in.getLong(), in.getInt());
    }
}
