/** Transport over TCP: one connection per direction and pair of hosts, for all groups. */
@NullMarked
package io.jangada.raft.transport.netty;

import org.jspecify.annotations.NullMarked;
