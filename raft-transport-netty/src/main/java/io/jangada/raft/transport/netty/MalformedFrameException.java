package io.jangada.raft.transport.netty;

/**
 * Bytes that a peer of this protocol would not send. The connection that brought them is closed.
 */
final class MalformedFrameException extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * No stack trace: it is the sender's fault, and whoever sends garbage shall not cost us much.
     */
    MalformedFrameException(String message) {
        super(message, null, false, false);
    }
}
