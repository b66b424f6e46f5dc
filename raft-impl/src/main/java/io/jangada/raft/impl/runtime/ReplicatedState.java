package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.Membership;
import io.jangada.raft.impl.runtime.StateImage.Kind;
import io.jangada.raft.spi.DurableStateMachine;
import io.jangada.raft.spi.DurableStateMachine.Checkpoint;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.FileStateMachine;
import io.jangada.raft.spi.FileStateMachine.FrozenFiles;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotView;
import io.jangada.raft.spi.SnapshotViews;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What all nodes agree on at one index: the sessions, the state machine, the configuration in
 * force, and where in the log they stand. Belongs to whoever may use the state machine: the
 * applier, or somebody to whom it lent it.
 */
final class ReplicatedState<S extends StateMachine<?, ?>> {
    private static final int MARK_VERSION = 1;

    /** Makes an empty folder for the files of a snapshot. */
    interface Scratch {
        Path create() throws IOException;
    }

    private final S machine;
    private final Scratch scratch;
    private SessionTable sessions = new SessionTable();
    private long index;
    private long term;
    private long clusterTimeMillis;
    private long membershipIndex;
    private Membership membership = Membership.EMPTY;

    ReplicatedState(S machine, Scratch scratch) {
        this.machine = machine;
        this.scratch = scratch;
    }

    S machine() {
        return machine;
    }

    SessionTable sessions() {
        return sessions;
    }

    /** The last entry that it holds. */
    long index() {
        return index;
    }

    /** An entry was taken in. */
    void took(LogEntry entry) {
        index = entry.index();
        term = entry.term();
        clusterTimeMillis = entry.clusterTimeMillis();
        if (entry.type() == EntryType.MEMBERSHIP) {
            membershipIndex = index;
            membership = Membership.parse(new String(entry.payload(), StandardCharsets.UTF_8));
        }
    }

    private SnapshotMeta meta() {
        return new SnapshotMeta(index, term, clusterTimeMillis, membershipIndex, membership);
    }

    // Writing

    /** Whether {@link #image} stays as it is while commands are applied. */
    boolean hasLastingImages() {
        return machine instanceof FileStateMachine || machine instanceof SnapshotViews;
    }

    /** The state of now; valid until the next change unless images last. */
    StateImage image() throws IOException {
        SnapshotMeta meta = meta();
        SessionTable.Picture picture = sessions.picture();
        if (machine instanceof FileStateMachine files) {
            return new StateImage(meta, picture, Kind.FILES, filesOf(files.freeze()));
        }
        if (machine instanceof SnapshotViews views) {
            return new StateImage(meta, picture, Kind.STATE, viewOf(views.view()));
        }
        return new StateImage(meta, picture, Kind.STATE, viewOf(machine::save));
    }

    private static StateImage.Body viewOf(SnapshotView view) {
        return new StateImage.Body() {
            @Override
            public void writeTo(DataOutputStream out) throws IOException {
                SnapshotWriter writer = new SnapshotWriter(out);
                view.save(writer);
                writer.flush();
            }

            @Override
            public void close() {
                view.close();
            }
        };
    }

    private static StateImage.Body filesOf(FrozenFiles frozen) {
        return new StateImage.Body() {
            @Override
            public void writeTo(DataOutputStream out) throws IOException {
                NamedFiles.write(frozen.files(), out);
            }

            @Override
            public void close() {
                frozen.close();
            }
        };
    }

    // Reading

    /** Replaces everything by what a snapshot holds; after a failure nothing here is to be used. */
    void load(SnapshotFile file, BooleanSupplier abandoned) throws IOException {
        DataInputStream in = new DataInputStream(new SnapshotStream(file, abandoned));
        int version = in.readUnsignedByte();
        if (version != StateImage.VERSION) {
            throw new IOException(
                    "the snapshot has version "
                            + version
                            + "; this node reads version "
                            + StateImage.VERSION);
        }
        SessionTable loaded = SessionTable.read(in);
        loadMachine(Kind.of(in.readUnsignedByte()), in);
        sessions = loaded;
        goOnBehind(file.info().meta());
    }

    private void loadMachine(Kind kind, DataInputStream in) throws IOException {
        if (machine instanceof FileStateMachine files) {
            require(kind, Kind.FILES);
            Path folder = scratch.create();
            try {
                NamedFiles.read(in, folder);
                files.adopt(folder);
            } finally {
                NamedFiles.deleteFolder(folder);
            }
        } else {
            require(kind, Kind.STATE);
            machine.load(new SnapshotReader(in));
        }
    }

    private void require(Kind found, Kind wanted) throws IOException {
        if (found != wanted) {
            throw new IOException(
                    "the snapshot holds "
                            + (found == Kind.FILES ? "files" : "bytes of a state")
                            + ", which is not what "
                            + machine.getClass().getName()
                            + " takes");
        }
    }

    private void goOnBehind(SnapshotMeta meta) {
        index = meta.index();
        term = meta.term();
        clusterTimeMillis = meta.clusterTimeMillis();
        membershipIndex = meta.membershipIndex();
        membership = meta.membership();
    }

    // Machines that are durable by themselves

    boolean isDurable() {
        return machine instanceof DurableStateMachine;
    }

    /** Goes on where the machine's own checkpoint stands, if it has one. */
    void recover() throws IOException {
        if (machine instanceof DurableStateMachine durable) {
            Optional<Checkpoint> checkpoint = durable.recovered();
            if (checkpoint.isPresent()) {
                readMark(checkpoint.get());
            }
        }
    }

    /** Lets a durable machine make this moment its checkpoint. */
    void checkpoint() throws IOException {
        if (machine instanceof DurableStateMachine durable) {
            durable.checkpoint(new Checkpoint(index, mark()));
        }
    }

    private ByteBuffer mark() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(MARK_VERSION);
        out.writeLong(index);
        out.writeLong(term);
        out.writeLong(clusterTimeMillis);
        out.writeLong(membershipIndex);
        byte[] text = membership.toString().getBytes(StandardCharsets.UTF_8);
        out.writeInt(text.length);
        out.write(text);
        sessions.picture().writeTo(out);
        return ByteBuffer.wrap(bytes.toByteArray()).asReadOnlyBuffer();
    }

    private void readMark(Checkpoint checkpoint) throws IOException {
        byte[] mark = new byte[checkpoint.mark().remaining()];
        checkpoint.mark().duplicate().get(mark);
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(mark));
        int version = in.readUnsignedByte();
        long marked = in.readLong();
        if (version != MARK_VERSION || marked != checkpoint.index()) {
            throw new IOException(
                    "the mark of checkpoint "
                            + checkpoint.index()
                            + " is of version "
                            + version
                            + " and index "
                            + marked);
        }
        long markedTerm = in.readLong();
        long time = in.readLong();
        long configurationIndex = in.readLong();
        byte[] text = SessionTable.readBytes(in, "length of a configuration");
        Membership configuration = Membership.parse(new String(text, StandardCharsets.UTF_8));
        sessions = SessionTable.read(in);
        goOnBehind(new SnapshotMeta(marked, markedTerm, time, configurationIndex, configuration));
    }
}
