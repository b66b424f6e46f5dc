package io.jangada.raft.transport.netty;

import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.TransportListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What every connection of a started transport needs.
 *
 * @param settings what the builder collected
 * @param identity this node, as shown to peers; its cluster id may change
 * @param listener hears of peers and frames
 * @param io the event loops
 * @param deciders run {@link TransportListener#onHello}, which may wait for a disk
 * @param bulkTakers run {@link TransportListener#onBulkFrame}, which may wait for a disk; as many
 *     as there are bulk connections
 * @param resolvers look names up, which may wait for a name server
 */
record TransportContext(
        Settings settings,
        AtomicReference<PeerIdentity> identity,
        TransportListener listener,
        IoThreads io,
        Executor deciders,
        Executor bulkTakers,
        Executor resolvers) {
    private static final Logger LOG = System.getLogger("io.jangada.raft.transport.netty");

    private static final int TEXT_LENGTH_MAX = 1000;

    /** Who this node is now. */
    PeerIdentity self() {
        return Objects.requireNonNull(identity.get(), "identity");
    }

    /** Logs one line that begins with this node's name. */
    void log(Level level, String line) {
        LOG.log(level, () -> self().node() + ": " + clean(line));
    }

    /** As {@link #log(Level, String)}, for faults of a program. */
    void log(Level level, String line, Throwable cause) {
        LOG.log(level, () -> self().node() + ": " + clean(line), cause);
    }

    /** Parts of what we log came from a stranger: one line stays one line, of bounded length. */
    private static String clean(String text) {
        String bounded =
                text.length() <= TEXT_LENGTH_MAX ? text : text.substring(0, TEXT_LENGTH_MAX) + "…";
        return bounded.replaceAll("\\p{Cntrl}", "?");
    }
}
