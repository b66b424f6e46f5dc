package io.jangada.raft.impl.runtime;

import java.util.List;

/**
 * Reads that share an index, and run once it is applied.
 *
 * @param readIndex their index
 * @param reads at least one; whose time is up is taken out
 */
record ReadBatch<S>(long readIndex, List<PendingRead<S, ?>> reads) {}
