package io.jangada.quickstart;

import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import java.io.IOException;

@SuppressWarnings("MissingOverride") // A page is easier to read without.
// README: machine
final class Counter implements StateMachine<Add, Long> {
    private long value;

    public Long apply(Add command, Applied at) {
        return value += command.n();
    }

    public void save(SnapshotWriter out) throws IOException {
        out.writeLong(value);
    }

    public void load(SnapshotReader in) throws IOException {
        value = in.readLong();
    }

    long value() {
        return value;
    }
}
// README: end
