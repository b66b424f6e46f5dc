package io.jangada.raft.transport.netty;

import org.jspecify.annotations.Nullable;

/** What a frame is for. The numbers are part of the wire format. */
enum FrameType {
    /** The dialer introduces itself; the first frame on a connection. */
    HELLO(1),
    /** The acceptor introduces itself and is ready for frames. */
    WELCOME(2),
    /** Either side ends the handshake; the body is one sentence that says why. */
    REFUSAL(3),
    /** One frame of the application, from the dialer to the acceptor. */
    DATA(4),
    /** The dialer asks for a sign of life. */
    PING(5),
    /** The acceptor gives it. */
    PONG(6);

    private static final FrameType[] TYPES = values();

    final int code;

    FrameType(int code) {
        this.code = code;
    }

    static @Nullable FrameType of(int code) {
        return code >= 1 && code <= TYPES.length ? TYPES[code - 1] : null;
    }
}
