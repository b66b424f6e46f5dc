/**
 * The Raft algorithm as a pure function with memory: {@link io.jangada.raft.impl.core.Input inputs}
 * in, {@link io.jangada.raft.impl.core.Ready decisions} out. It starts no thread, reads no clock,
 * draws no random number that its seed does not determine, touches no disk or socket, completes no
 * future and writes no log line, so that a run is a function of its inputs and can be repeated.
 *
 * <p>Begin with {@link io.jangada.raft.impl.core.RaftCore}: the term rule, the dispatch and the
 * transitions between roles. Then, in the order of the paper: {@code Election} (§5.2, §5.4.1),
 * {@code Leader} and {@code Follower} with {@code Progress} (§5.3, §5.4.2), {@code RaftLog} and
 * {@code Memberships} (§6), and from the thesis {@code ReadIndex} (§6.4) and {@code
 * LeadershipTransfer} (§3.10). {@code Quorum} is the arithmetic beneath them.
 */
@NullMarked
package io.jangada.raft.impl.core;

import org.jspecify.annotations.NullMarked;
