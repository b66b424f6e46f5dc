/**
 * A cluster in a box: the library's own runtime in virtual time, on a simulated network and on
 * simulated disks, all decided by one seed, with every invariant of Raft checked after every event.
 *
 * <p>A story in four lines:
 *
 * <pre>
 * SimCluster cluster = SimCluster.of(seed, 3);
 * SimNode leader = cluster.awaitLeader();
 * leader.crash();
 * SimNode next = cluster.awaitLeader();
 * </pre>
 *
 * <p>{@link io.jangada.raft.testkit.sim.SimCluster} holds {@link
 * io.jangada.raft.testkit.sim.SimNode}s, which start, crash, pause and resume, each with a {@link
 * io.jangada.raft.testkit.sim.SimDisk} that loses what was not synced; and a {@link
 * io.jangada.raft.testkit.sim.SimNetwork}, which cuts, loses, delays, doubles and reorders. Rules
 * choose single messages and single disk operations; a crash spares what is chosen. {@code
 * io.jangada.raft.testkit.script} tells the same as text. {@link io.jangada.raft.testkit.sim.Swarm}
 * draws whole stories from a seed. Nothing here is thread-safe, and nothing needs to be: a
 * simulation runs on its caller's thread, but for work that a disk is told to make wait, during
 * which nothing else runs.
 */
@NullMarked
package io.jangada.raft.testkit.sim;

import org.jspecify.annotations.NullMarked;
