/**
 * The store's front end for Redis clients: RESP2, and RESP3 after {@code HELLO 3}.
 *
 * <p>{@link io.jangada.examples.kv.resp.RespServer} listens. Bytes become {@code Request}s (Netty's
 * Redis codec, then {@code RequestAggregator}, which knows the limits); {@code Commands}, the table
 * of all commands, turns each into a {@code Plan} after checking it completely; {@code
 * ClientConnection} carries the plans of one client out in their order and writes the {@code
 * Reply}s. Everything that touches the cluster goes through {@link io.jangada.raft.api.RaftGroup}.
 */
@NullMarked
package io.jangada.examples.kv.resp;

import org.jspecify.annotations.NullMarked;
