/**
 * A durable {@link io.jangada.raft.spi.LogStore} on Chronicle Queue: one log for all groups of a
 * host, one writer, one sync for everything that waits.
 *
 * <p>Chronicle gives fast mapped appends and simple files. Durability, detection of damage and
 * recovery are made here, and are free of its types: {@code LogWriter} writes records through a
 * {@code Journal}, {@code SegmentFiles} reads them back, {@code Replay} and {@code Recovery}
 * rebuild {@code GroupState}. Only {@code ChronicleJournal} and {@code SegmentRoll} know Chronicle.
 *
 * <p>Start reading at {@code RecordFormat}, then {@code LogWriter}, then {@code Recovery}.
 */
@NullMarked
package io.jangada.raft.storage.chronicle;

import org.jspecify.annotations.NullMarked;
