package io.jangada.raft.impl.runtime;

import io.jangada.raft.impl.runtime.SinkStream.AbandonedException;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.SnapshotStore;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Writes a group's state out, and loads it, on the host's snapshot worker: neither the loop nor the
 * applier waits for the disk (Z36). A state machine without views, and one that makes a checkpoint,
 * is lent by the applier meanwhile, so that it rests between two applies while the applier serves
 * other groups.
 */
final class Snapshotter {
    /** Who owns the state machine, and hears of what became of it. Any thread. */
    interface Lender {
        /** The machine may be used again. Called once for each that was lent. */
        void giveBack();

        /** The state is not to be used any more, and not given back. */
        void broken(Throwable cause);
    }

    /** Hears what became of a snapshot. Any thread. */
    interface Listener {
        void saved(SnapshotInfo info);

        void notSaved(Exception cause);

        /** Given up for another one that is to be loaded, or because the group ends. */
        void abandoned();
    }

    private final ReplicatedState<?> state;
    private final SnapshotStore store;
    private final Lender lender;
    private final Listener listener;
    private final Crew.Member worker;
    private final Queue<Runnable> jobs = new ConcurrentLinkedQueue<>();

    private volatile boolean saving;
    private volatile boolean saveAbandoned;
    private volatile boolean closing;

    /** Whether the running job holds the machine. The worker's only. */
    private boolean holding;

    Snapshotter(
            ReplicatedState<?> state,
            SnapshotStore store,
            Crew crew,
            Lender lender,
            Listener listener) {
        this.state = state;
        this.store = store;
        this.worker = crew.join(this::work);
        this.lender = lender;
        this.listener = listener;
    }

    /** Whether a snapshot is being written; only one is at a time. */
    boolean isSaving() {
        return saving;
    }

    /** Whether {@link #save} needs the machine lent. */
    boolean borrowsToSave() {
        return state.isDurable() || !state.hasLastingImages();
    }

    /**
     * Begins a snapshot of now. Called by the applier between two applies, while none is being
     * written.
     */
    void save() {
        saving = true;
        saveAbandoned = false;
        if (borrowsToSave()) {
            begin(this::saveLent);
            return;
        }
        try {
            StateImage image = state.image();
            begin(() -> write(image));
        } catch (IOException | RuntimeException e) {
            saving = false;
            listener.notSaved(e);
        }
    }

    /** A snapshot that is being written is not worth it any more. */
    void abandonSave() {
        saveAbandoned = true;
    }

    /**
     * Loads the latest snapshot into the machine, which is lent.
     *
     * @param index how far it goes at least
     */
    void load(long index) {
        abandonSave();
        begin(() -> loadLent(index));
    }

    /** The group ends: what is under way is given up. Any thread. */
    void end() {
        closing = true;
    }

    /** Lets something happen after all that was begun. Any thread. */
    void whenIdle(Runnable then) {
        begin(then);
    }

    private void begin(Runnable job) {
        jobs.add(job);
        worker.call();
    }

    // Everything below runs on the worker.

    @SuppressWarnings("CatchingUnchecked")
    private void work() {
        for (Runnable job = jobs.poll(); job != null; job = jobs.poll()) {
            try {
                job.run();
            } catch (Throwable cause) {
                lender.broken(new IllegalStateException("its snapshots failed: " + cause, cause));
            }
        }
    }

    private boolean isSaveAbandoned() {
        return saveAbandoned || closing;
    }

    private void saveLent() {
        holding = true;
        try {
            state.checkpoint();
        } catch (IOException | RuntimeException e) {
            saving = false;
            lender.broken(new IOException("its checkpoint failed: " + e, e));
            return;
        }
        try {
            StateImage image = state.image();
            if (state.hasLastingImages()) {
                giveBack();
            }
            write(image);
        } catch (IOException | RuntimeException e) {
            ended(e);
        }
        giveBack();
    }

    private void giveBack() {
        if (holding) {
            holding = false;
            lender.giveBack();
        }
    }

    private void write(StateImage image) {
        SnapshotInfo info;
        try (image;
                SnapshotSink sink = store.create(image.meta())) {
            SinkStream out = new SinkStream(sink, this::isSaveAbandoned);
            image.writeTo(out);
            out.flush();
            giveBack(); // The rest is the disk's.
            info = sink.commit();
        } catch (IOException | RuntimeException e) {
            ended(e);
            return;
        }
        saving = false;
        listener.saved(info);
    }

    private void ended(Exception cause) {
        saving = false;
        if (cause instanceof AbandonedException) {
            listener.abandoned();
        } else {
            listener.notSaved(cause);
        }
    }

    private void loadLent(long index) {
        try (SnapshotFile file = store.open()) {
            if (file.info().meta().index() < index) {
                throw new IOException(
                        "it goes to index "
                                + file.info().meta().index()
                                + ", and one to index "
                                + index
                                + " was there");
            }
            state.load(file, () -> closing);
            state.checkpoint();
        } catch (IOException | RuntimeException e) {
            lender.broken(new IOException("its snapshot cannot be loaded: " + e, e));
            return;
        }
        lender.giveBack();
    }
}
