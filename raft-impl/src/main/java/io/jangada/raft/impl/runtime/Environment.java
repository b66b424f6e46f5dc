package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Future;

/** The one door to everything that is not a function of inputs. */
public interface Environment {
    /**
     * A monotonic clock.
     *
     * @return nanoseconds since an arbitrary moment
     */
    long nanoTime();

    /**
     * Randomness: for seeds, nonces and ids.
     *
     * @return any value
     */
    long randomLong();

    /**
     * Something that runs again and again, on one thread at a time.
     *
     * @param name for people
     * @param work never throws; need not be thread-safe
     * @return asleep until woken
     */
    Worker worker(String name, Runnable work);

    /**
     * Waits for something that workers do; never called by a worker.
     *
     * @param done what to wait for, in success or failure
     * @param nanos how long at most
     * @return whether it is done
     */
    boolean await(Future<?> done, long nanos);

    /**
     * Opens the node's log.
     *
     * @param spec the node
     * @param identity for a new store
     * @return the store
     */
    LogStore openStore(HostSpec spec, StoreIdentity identity);

    /**
     * Makes the node's transport; not started.
     *
     * @param spec the node
     * @return the transport
     */
    Transport openTransport(HostSpec spec);

    /**
     * Makes an empty folder for files that are on their way into a state machine: beneath the
     * node's data folder, where moving them takes no copy, or else where the system keeps temporary
     * files.
     *
     * @param spec the node
     * @param group whose files; what an earlier call left for it is deleted
     * @return the folder; whoever asked deletes it
     * @throws IOException if it cannot be made
     */
    default Path newFolder(HostSpec spec, GroupId group) throws IOException {
        if (spec.data() == null) {
            return Files.createTempDirectory("jangada-" + spec.node() + "-");
        }
        Path folder = spec.data().resolve("incoming").resolve(group.value());
        NamedFiles.deleteFolder(folder);
        return Files.createDirectories(folder);
    }

    /** A thread, or what stands for one. */
    interface Worker {
        /** Makes the work run once more, beginning after this call. Any thread; cheap if awake. */
        void wake();

        /**
         * Makes the work run once more at a time, instead of any time set before. Called by the
         * work itself only.
         *
         * @param nanos on {@link Environment#nanoTime()}; {@link Long#MAX_VALUE} for never
         */
        void wakeAt(long nanos);

        /** Lets the work end its present run, then never runs it again. Waits for that, briefly. */
        void close();
    }
}
