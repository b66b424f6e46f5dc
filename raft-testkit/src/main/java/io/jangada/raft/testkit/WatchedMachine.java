package io.jangada.raft.testkit;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.BatchStateMachine;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotView;
import io.jangada.raft.spi.SnapshotViews;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import io.jangada.raft.testkit.Finding.Kind;
import io.jangada.raft.testkit.sim.SimCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user's state machine in one life of a node, and an eye on all that it does. Its snapshots begin
 * with the index of the last command, so that a loaded machine knows whom to be compared with.
 */
class WatchedMachine<S extends StateMachine<C, R>, C, R> implements StateMachine<C, R> {
    private final S machine;
    private final MachineKit<S, C, R> kit;
    private final MachineWatch<S, C, R> watch;
    private final SimCluster cluster;
    private final NodeId node;
    private long index;
    private long loadedAt;
    private boolean hasLoaded;
    private long stateHash;

    private WatchedMachine(
            S machine,
            MachineKit<S, C, R> kit,
            MachineWatch<S, C, R> watch,
            SimCluster cluster,
            NodeId node) {
        this.machine = machine;
        this.kit = kit;
        this.watch = watch;
        this.cluster = cluster;
        this.node = node;
    }

    /** Watches a machine, with the optional abilities that it has. */
    static <S extends StateMachine<C, R>, C, R> WatchedMachine<S, C, R> of(
            S machine,
            MachineKit<S, C, R> kit,
            MachineWatch<S, C, R> watch,
            SimCluster cluster,
            NodeId node) {
        boolean views = machine instanceof SnapshotViews;
        if (machine instanceof BatchStateMachine) {
            return views
                    ? new WithBatchesAndViews<>(machine, kit, watch, cluster, node)
                    : new WithBatches<>(machine, kit, watch, cluster, node);
        }
        return views
                ? new WithViews<>(machine, kit, watch, cluster, node)
                : new WatchedMachine<>(machine, kit, watch, cluster, node);
    }

    NodeId node() {
        return node;
    }

    SimCluster cluster() {
        return cluster;
    }

    /** The index of the last command that is in its state; 0 for none. */
    long index() {
        return index;
    }

    /** The index of the snapshot that it loaded last; 0 if none. */
    long loadedAt() {
        return loadedAt;
    }

    /** Equal for equal states, as of the last command. */
    long stateHash() {
        return stateHash;
    }

    /** The node, and how it came to its state. */
    String who() {
        return hasLoaded
                ? node + ", which loaded the snapshot of index " + loadedAt
                : node + ", which replayed the log from its beginning";
    }

    @Override
    public R apply(C command, Applied at) {
        R reply;
        try {
            reply = machine.apply(command, at);
        } catch (RuntimeException | Error e) {
            watch.threw(this, Kind.THREW, at.index(), String.valueOf(command), e);
            throw e;
        }
        index = at.index();
        watch.applied(this, command, at, reply, look());
        return reply;
    }

    final List<R> applyBatch(List<C> commands, List<Applied> at) {
        @SuppressWarnings("unchecked") // It is an S, which takes such commands.
        BatchStateMachine<C, R> batched = (BatchStateMachine<C, R>) machine;
        int last = commands.size() - 1;
        List<R> replies;
        try {
            replies = batched.applyAll(commands, at);
        } catch (RuntimeException | Error e) {
            watch.threw(this, Kind.THREW, at.get(0).index(), commands.toString(), e);
            throw e;
        }
        index = at.get(last).index();
        for (int i = 0; i < replies.size(); i++) {
            Picture after = i == last ? look() : null;
            watch.applied(this, commands.get(i), at.get(i), replies.get(i), after);
        }
        return replies;
    }

    /** Null, and reported, if the machine cannot be saved. */
    private @Nullable Picture look() {
        try {
            Picture picture = kit.picture(machine);
            stateHash = picture.hash();
            return picture;
        } catch (IOException | RuntimeException e) {
            watch.threw(this, Kind.SAVE_THREW, index, "", e);
            return null;
        }
    }

    @Override
    public void save(SnapshotWriter out) throws IOException {
        byte[] bytes;
        try {
            bytes = kit.save(machine);
        } catch (IOException | RuntimeException e) {
            watch.threw(this, Kind.SAVE_THREW, index, "", e);
            throw e;
        }
        watch.saved(this, index, bytes, false);
        out.writeLong(index);
        out.write(bytes);
    }

    @Override
    public void load(SnapshotReader in) throws IOException {
        index = in.readLong();
        loadedAt = index;
        hasLoaded = true;
        byte[] bytes = in.readAllBytes(); // What fails here is the disk's fault.
        try {
            kit.load(machine, bytes);
        } catch (IOException | RuntimeException e) {
            watch.threw(this, Kind.LOAD_THREW, index, "", e);
            throw e;
        }
        Picture picture = look();
        if (picture != null) {
            watch.loaded(this, picture);
        }
    }

    final SnapshotView viewNow() {
        SnapshotView view = ((SnapshotViews) machine).view();
        long indexThen = index;
        return new SnapshotView() {
            @Override
            public void save(SnapshotWriter out) throws IOException {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                try (SnapshotWriter copy = new SnapshotWriter(bytes)) {
                    view.save(copy);
                } catch (IOException | RuntimeException e) {
                    watch.threw(WatchedMachine.this, Kind.SAVE_THREW, indexThen, "", e);
                    throw e;
                }
                watch.saved(WatchedMachine.this, indexThen, bytes.toByteArray(), true);
                out.writeLong(indexThen);
                out.write(bytes.toByteArray());
            }

            @Override
            public void close() {
                view.close();
            }
        };
    }

    private static final class WithViews<S extends StateMachine<C, R>, C, R>
            extends WatchedMachine<S, C, R> implements SnapshotViews {
        WithViews(
                S machine,
                MachineKit<S, C, R> kit,
                MachineWatch<S, C, R> watch,
                SimCluster cluster,
                NodeId node) {
            super(machine, kit, watch, cluster, node);
        }

        @Override
        public SnapshotView view() {
            return viewNow();
        }
    }

    private static class WithBatches<S extends StateMachine<C, R>, C, R>
            extends WatchedMachine<S, C, R> implements BatchStateMachine<C, R> {
        WithBatches(
                S machine,
                MachineKit<S, C, R> kit,
                MachineWatch<S, C, R> watch,
                SimCluster cluster,
                NodeId node) {
            super(machine, kit, watch, cluster, node);
        }

        @Override
        public List<R> applyAll(List<C> commands, List<Applied> at) {
            return applyBatch(commands, at);
        }
    }

    private static final class WithBatchesAndViews<S extends StateMachine<C, R>, C, R>
            extends WithBatches<S, C, R> implements SnapshotViews {
        WithBatchesAndViews(
                S machine,
                MachineKit<S, C, R> kit,
                MachineWatch<S, C, R> watch,
                SimCluster cluster,
                NodeId node) {
            super(machine, kit, watch, cluster, node);
        }

        @Override
        public SnapshotView view() {
            return viewNow();
        }
    }
}
