/**
 * The transport over TCP. {@link io.jangada.raft.transport.netty.NettyTransport} is the door; on
 * the class path it is found by itself.
 *
 * <p>Each node dials each peer that was named to it and sends on that connection alone; what it
 * receives comes on connections that it accepted. A connection begins with a handshake in which
 * both sides say who they are and either may refuse; then it carries frames with a checksum each,
 * and a ping when it is quiet. Whatever breaks the rules costs that one connection, never another.
 * The bytes are described in {@code docs/wire.md}.
 */
@NullMarked
package io.jangada.raft.transport.netty;

import org.jspecify.annotations.NullMarked;
