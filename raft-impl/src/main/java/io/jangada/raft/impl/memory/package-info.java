/** A log store and a transport for tests and for nodes of one process: no files, no sockets. */
@NullMarked
package io.jangada.raft.impl.memory;

import org.jspecify.annotations.NullMarked;
