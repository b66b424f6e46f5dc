/**
 * The durable log on Chronicle Queue: {@code raft-storage-segment} with another way to write its
 * segments, by mapped files.
 */
@NullMarked
package io.jangada.raft.storage.chronicle;

import org.jspecify.annotations.NullMarked;
