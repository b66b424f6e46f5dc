/**
 * For users' tests: {@link io.jangada.raft.testkit.RaftSim} tries a state machine of yours in
 * simulated clusters, under faults drawn from seeds or in a schedule of {@link
 * io.jangada.raft.testkit.SimStep}s, and finds out whether all nodes come to the same replies and
 * states, whatever way they take.
 *
 * <p>The clusters are those of {@link io.jangada.raft.testkit.sim}, in which one can also tell
 * stories step by step; {@link io.jangada.raft.testkit.check} checks what clients saw, for
 * linearizability; {@link io.jangada.raft.testkit.jqwik} makes commands and schedules of jqwik's
 * arbitraries.
 */
@NullMarked
package io.jangada.raft.testkit;

import org.jspecify.annotations.NullMarked;
