package io.jangada.raft.impl.codec;

import org.jspecify.annotations.Nullable;

/** A frame is not what a peer of a version we know would send. */
public final class BadFrameException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    BadFrameException(String message) {
        super(message);
    }

    BadFrameException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
