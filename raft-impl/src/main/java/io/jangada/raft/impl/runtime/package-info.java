/**
 * What drives the core: loops, appliers, sessions, and every effect on the outside world. Clock,
 * threads, randomness, files and sockets are reached through one {@link
 * io.jangada.raft.impl.runtime.Environment}, so that a simulator runs this very code.
 *
 * <p>A write travels {@code Replica.write} → mailbox of the {@code GroupLoop} → {@code RaftCore} →
 * {@code ReadyRunner} (disk and peers) → {@code Applier} → the caller's future.
 */
@NullMarked
package io.jangada.raft.impl.runtime;

import org.jspecify.annotations.NullMarked;
