package io.jangada.raft.impl.runtime;

import io.jangada.raft.spi.SnapshotMeta;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * All that a group's state was at one index (Z34), ready to be written out: first the version of
 * this layout (1 byte), then the sessions, then the kind of what follows (1 byte), then the state
 * machine's own bytes or files up to the end.
 */
final class StateImage implements AutoCloseable {
    static final int VERSION = 1;

    /** What a state machine leaves. Codes are part of the format. */
    enum Kind {
        STATE(1),
        FILES(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        static Kind of(int code) throws IOException {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IOException("no snapshot holds a state of kind " + code);
        }
    }

    /** The state machine's part. */
    interface Body extends AutoCloseable {
        void writeTo(DataOutputStream out) throws IOException;

        @Override
        void close();
    }

    private final SnapshotMeta meta;
    private final SessionTable.Picture sessions;
    private final Kind kind;
    private final Body body;

    StateImage(SnapshotMeta meta, SessionTable.Picture sessions, Kind kind, Body body) {
        this.meta = meta;
        this.sessions = sessions;
        this.kind = kind;
        this.body = body;
    }

    SnapshotMeta meta() {
        return meta;
    }

    void writeTo(OutputStream target) throws IOException {
        DataOutputStream out = new DataOutputStream(target);
        out.writeByte(VERSION);
        sessions.writeTo(out);
        out.writeByte(kind.code);
        body.writeTo(out);
        out.flush();
    }

    @Override
    public void close() {
        body.close();
    }
}
