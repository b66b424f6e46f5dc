package io.jangada.raft.transport.netty;

import org.jspecify.annotations.Nullable;

/**
 * What a connection is for. Each lane has a connection of its own, so that nothing on one waits for
 * the other. The numbers are part of the wire format.
 */
enum Lane {
    /** The messages of the groups: small, and worth nothing when late. */
    MAIN(0),
    /** Bulk data, which may take its time. Opened when it is first needed. */
    BULK(1);

    /** Stands for the lane in the introduction of a node that knows of no lanes. */
    static final int NONE = -1;

    final int code;

    Lane(int code) {
        this.code = code;
    }

    /** A node that knows of no lanes means the main one; null for one that is not known here. */
    static @Nullable Lane of(int code) {
        return code == NONE || code == MAIN.code ? MAIN : code == BULK.code ? BULK : null;
    }
}
