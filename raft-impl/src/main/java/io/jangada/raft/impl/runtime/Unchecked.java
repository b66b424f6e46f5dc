package io.jangada.raft.impl.runtime;

/** Casts that the compiler cannot check, where another field proves them right. */
final class Unchecked {
    private Unchecked() {}

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <T> T cast(Object object) {
        return (T) object;
    }
}
