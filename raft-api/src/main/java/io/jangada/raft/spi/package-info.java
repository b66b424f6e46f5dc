/**
 * What an application or an extension supplies: {@link io.jangada.raft.spi.StateMachine}, {@link
 * io.jangada.raft.spi.LogStore} and {@link io.jangada.raft.spi.Transport}, with the few values that
 * they exchange. Each states five promises – threading, ownership, ordering, durability, failure –
 * and has a contract suite in this module's test-jar that any implementation can extend.
 */
@NullMarked
package io.jangada.raft.spi;

import org.jspecify.annotations.NullMarked;
