package io.jangada.raft.spi;

/**
 * Where in the log a command stands.
 *
 * @param index its index, from 1
 * @param term the term in which it was proposed
 * @param clusterTimeMillis the cluster's own clock: starts at 0, never goes backwards, equal on all
 *     nodes, unrelated to any wall clock
 */
public record Applied(long index, long term, long clusterTimeMillis) {}
