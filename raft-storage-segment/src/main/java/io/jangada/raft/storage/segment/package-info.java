/**
 * A durable {@link io.jangada.raft.spi.LogStore} in files: one log for all groups of a host, one
 * sync for everything that waits.
 *
 * <p>{@code LogWriter} writes records through a {@code Journal}, which makes segments and syncs
 * them and leaves it to a {@code SegmentAppender} how bytes get into them: {@code PageAppender}
 * writes whole pages, and {@code raft-storage-chronicle} has another one. {@code SegmentFiles}
 * reads records back; {@code Replay} and {@code Recovery} rebuild {@code GroupState}.
 *
 * <p>Start reading at {@code RecordFormat}, then {@code LogWriter}, then {@code Recovery}.
 */
@NullMarked
package io.jangada.raft.storage.segment;

import org.jspecify.annotations.NullMarked;
