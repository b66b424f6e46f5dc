package io.jangada.benchmarks.wire;

import io.jangada.benchmarks.contender.Completion;

/**
 * Asks one server, with up to a fixed number of requests outstanding, none of them pipelined behind
 * another on the same connection or stream. Requests come from one thread; they end on any.
 */
public interface WireClient extends AutoCloseable {
    /**
     * Gives a key its value.
     *
     * @param sequence says which, see {@link Records}
     * @param done hears once how it ended
     */
    void set(long sequence, Completion done);

    /**
     * Reads a key linearizably. A key without a value is a failure.
     *
     * @param sequence says which, see {@link Records}
     * @param done hears once how it ended
     */
    void get(long sequence, Completion done);

    /** Closes all connections; what is outstanding fails. */
    @Override
    void close();
}
