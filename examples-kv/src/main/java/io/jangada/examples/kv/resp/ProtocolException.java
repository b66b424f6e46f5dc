package io.jangada.examples.kv.resp;

/**
 * What came is not RESP: the connection cannot go on. Ordinary bad luck, so without a stack trace.
 */
final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ProtocolException(String message) {
        super(message, null, false, false);
    }
}
