package io.jangada.benchmarks.contender;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Three nodes of one library in this process. Operations may come from several threads; everything
 * else is called from one.
 */
public interface Contender extends AutoCloseable {
    /**
     * What it has.
     *
     * @return its traits
     */
    Set<Trait> traits();

    /**
     * Starts the nodes, on empty folders or on those that it left; does not wait for a leader. May
     * be called again after {@link #close}.
     *
     * @param spec what to start
     * @throws Exception if that fails
     */
    void start(ClusterSpec spec) throws Exception;

    /**
     * The node that leads as far as it knows itself, leaving out those that are cut off.
     *
     * @return its number from 0, or -1 while there is none
     */
    int leader();

    /**
     * Replicates a command; the operation ends when the leader has applied it.
     *
     * @param node the leader
     * @param command see {@link Commands}; belongs to the contender from now on
     * @param done hears of the end
     */
    void write(int node, byte[] command, Completion done);

    /**
     * Looks a key up; the operation fails if the key has no value.
     *
     * @param node the leader
     * @param kind one that is among the traits
     * @param key the key
     * @param done hears of the end
     */
    default void read(int node, ReadKind kind, KvMap.Key key, Completion done) {
        throw new UnsupportedOperationException("no reads of kind " + kind);
    }

    /**
     * A lease read on the caller's thread, by the shortest way that the library has.
     *
     * @param node the leader
     * @param key the key
     */
    default void readNow(int node, KvMap.Key key) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        read(
                node,
                ReadKind.LEASE,
                key,
                (result, failure) -> {
                    if (failure == null) {
                        end.complete(null);
                    } else {
                        end.completeExceptionally(failure);
                    }
                });
        end.join();
    }

    /**
     * How many threads should submit operations: more than one where a submission blocks.
     *
     * @return at least 1
     */
    default int submitters() {
        return 1;
    }

    /**
     * Cuts a node off from the others at once, without a word to them.
     *
     * @param node from 0
     * @throws Exception if that fails
     */
    default void cut(int node) throws Exception {
        throw new UnsupportedOperationException("nodes cannot be cut off");
    }

    /**
     * Takes a node away as the end of its process would: its connections are closed, and nobody
     * gets a further word. Where that looks to the others like a cut, it is one.
     *
     * @param node from 0
     * @throws Exception if that fails
     */
    default void kill(int node) throws Exception {
        cut(node);
    }

    /**
     * Brings a node back that was cut off or killed, started anew if need be.
     *
     * @param node from 0
     * @throws Exception if that fails
     */
    default void heal(int node) throws Exception {
        throw new UnsupportedOperationException("nodes cannot be cut off");
    }

    /**
     * What the nodes have applied.
     *
     * @return one map for each node
     */
    List<KvMap> maps();

    /**
     * Stops all nodes in order; the data stays.
     *
     * @throws IOException if that fails
     */
    @Override
    void close() throws IOException;
}
