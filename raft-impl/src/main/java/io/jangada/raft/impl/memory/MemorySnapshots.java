package io.jangada.raft.impl.memory;

import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of one group, on the heap: the newest one, and what came so far of one that another
 * node sends. The monitor guards every field.
 */
final class MemorySnapshots implements SnapshotStore {
    private record Snapshot(SnapshotInfo info, MemoryBlocks content) {}

    private @Nullable Snapshot latest;

    /** What is coming in, kept for the next sink if this one is closed too early. */
    private @Nullable Snapshot incoming;

    private boolean creating;
    private boolean receiving;

    @Override
    public synchronized Optional<SnapshotInfo> latest() {
        return Optional.ofNullable(latest).map(Snapshot::info);
    }

    @Override
    public synchronized SnapshotFile open() {
        if (latest == null) {
            throw new StoreException("the group has no snapshot on this node", null);
        }
        return new OpenSnapshot(latest);
    }

    @Override
    public synchronized SnapshotSink create(SnapshotMeta meta) {
        Objects.requireNonNull(meta, "meta");
        if (creating) {
            throw new IllegalStateException("another snapshot is being taken");
        }
        creating = true;
        return new OwnSink(meta);
    }

    @Override
    public synchronized SnapshotSink receive(SnapshotInfo info) {
        if (receiving) {
            throw new IllegalStateException("another snapshot is being received");
        }
        Snapshot resumed = incoming;
        if (resumed == null || !resumed.info().equals(info)) {
            resumed = new Snapshot(info, new MemoryBlocks());
            incoming = resumed;
        }
        receiving = true;
        return new ReceivingSink(resumed);
    }

    /** Forgets everything. */
    synchronized void clear() {
        latest = null;
        incoming = null;
    }

    private synchronized void publish(Snapshot finished) {
        if (latest == null || finished.info().meta().index() >= latest.info().meta().index()) {
            latest = finished;
        }
    }

    private synchronized void endCreating() {
        creating = false;
    }

    private synchronized void endReceiving(boolean forget) {
        receiving = false;
        if (forget) {
            incoming = null;
        }
    }

    private static final class OpenSnapshot implements SnapshotFile {
        private final Snapshot snapshot;

        OpenSnapshot(Snapshot snapshot) {
            this.snapshot = snapshot;
        }

        @Override
        public SnapshotInfo info() {
            return snapshot.info();
        }

        @Override
        public int read(long position, ByteBuffer target) {
            return snapshot.content().read(position, target);
        }

        @Override
        public void close() {}
    }

    private final class OwnSink implements SnapshotSink {
        private final SnapshotMeta meta;
        private final MemoryBlocks content = new MemoryBlocks();
        private boolean closed;

        OwnSink(SnapshotMeta meta) {
            this.meta = meta;
        }

        @Override
        public long position() {
            return content.size();
        }

        @Override
        public void write(ByteBuffer bytes) {
            checkOpen(closed);
            content.append(bytes);
        }

        @Override
        public SnapshotInfo commit() {
            checkOpen(closed);
            SnapshotInfo info = new SnapshotInfo(meta, content.size(), content.hash());
            publish(new Snapshot(info, content));
            close();
            return info;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                endCreating();
            }
        }
    }

    private final class ReceivingSink implements SnapshotSink {
        private final Snapshot target;
        private boolean closed;

        ReceivingSink(Snapshot target) {
            this.target = target;
        }

        @Override
        public long position() {
            return target.content().size();
        }

        @Override
        public void write(ByteBuffer bytes) {
            checkOpen(closed);
            target.content().append(bytes);
        }

        @Override
        public SnapshotInfo commit() {
            checkOpen(closed);
            closed = true;
            endReceiving(true);
            SnapshotInfo info = target.info();
            MemoryBlocks content = target.content();
            if (content.size() != info.bytes() || !content.hash().equals(info.hash())) {
                throw new StoreException(
                        "the snapshot received is not the one announced, " + info, null);
            }
            publish(target);
            return info;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                endReceiving(false);
            }
        }
    }

    private static void checkOpen(boolean closed) {
        if (closed) {
            throw new IllegalStateException("this snapshot is finished or given up");
        }
    }
}
