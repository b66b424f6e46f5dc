package io.jangada.raft.spi;

import java.io.IOException;

/**
 * The application: deterministic, so that the same commands give the same state and the same
 * results on every node.
 *
 * <p><b>Threading.</b> Called by the group's applier, one call at a time; successive calls may come
 * from different threads, with a happens-before between them. Queries run there too, unless the
 * machine is a {@link ConcurrentReads}.
 *
 * <p><b>Ownership.</b> Commands belong to the machine, results to the library; neither changes
 * afterwards.
 *
 * <p><b>Ordering.</b> Commands come in log order, each once per life of the machine: a started node
 * begins with an empty machine and replays the log.
 *
 * <p><b>Durability.</b> A command is applied only when it is committed and durable on this node.
 * The machine itself need not persist anything.
 *
 * <p><b>Failure.</b> What {@code apply} throws stops the group on this node, loudly, since the
 * other nodes would do the same or, worse, would not. Check commands before proposing them, and
 * make "not possible" a result.
 *
 * <p>No clock, random number, thread, locale, environment or hash order may influence {@code
 * apply}; {@link Applied#clusterTimeMillis()} is a clock that all nodes agree on.
 *
 * @param <C> commands
 * @param <R> results
 */
public interface StateMachine<C, R> {
    /**
     * Applies one command.
     *
     * @param command the command
     * @param at where in the log it stands
     * @return the result, handed to whoever proposed it; null only if {@code R} is {@code Void}
     */
    R apply(C command, Applied at);

    /**
     * Writes the whole state.
     *
     * @param out where to
     * @throws IOException if {@code out} fails
     */
    void save(SnapshotWriter out) throws IOException;

    /**
     * Replaces the whole state by one that {@code save} wrote.
     *
     * @param in where from
     * @throws IOException if {@code in} fails, or does not hold such a state
     */
    void load(SnapshotReader in) throws IOException;
}
