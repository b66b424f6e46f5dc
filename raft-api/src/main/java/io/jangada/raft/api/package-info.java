/**
 * What an application holds.
 *
 * <p>Three ideas are enough for a first program: a {@linkplain io.jangada.raft.spi.StateMachine
 * state machine}, a node, its peers.
 *
 * <pre>{@code
 * try (var raft = Raft.at("n1", Path.of("data"))
 *         .peers("n1=h1:7000", "n2=h2:7000", "n3=h3:7000")
 *         .start(new Counter(), Codec.of(Add.class), Codec.of(Long.class))) {
 *     long after = raft.write(new Add(1)).get();       // on any node: committed, applied, exactly once
 *     long now = raft.read(Counter::value).get();      // on any node: linearizable
 * }
 * }</pre>
 *
 * <p>{@link io.jangada.raft.api.Raft} opens a node, {@link io.jangada.raft.api.RaftGroup} is one
 * replicated state machine seen from here, and {@link io.jangada.raft.api.RaftHost} carries many of
 * them over one log, one transport and a few threads. A call ends with its result, or with one of
 * the sealed family below {@link io.jangada.raft.api.RaftException}, which says whether the write
 * may have happened.
 */
@NullMarked
package io.jangada.raft.api;

import org.jspecify.annotations.NullMarked;
