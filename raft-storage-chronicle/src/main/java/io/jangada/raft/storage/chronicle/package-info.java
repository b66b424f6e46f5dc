/** The durable log store: one shared log per host, for all its groups. */
@NullMarked
package io.jangada.raft.storage.chronicle;

import org.jspecify.annotations.NullMarked;
