/**
 * A key-value store as a replicated state machine: the part to copy when writing a service of one's
 * own.
 *
 * <p>Read in this order: {@link io.jangada.examples.kv.KvCommand} (what can be asked, and how it is
 * written into the log), {@link io.jangada.examples.kv.KvResult} (what comes back), {@link
 * io.jangada.examples.kv.KvStateMachine} (the map), {@link io.jangada.examples.kv.KvNode} (a
 * running node).
 */
@NullMarked
package io.jangada.examples.kv;

import org.jspecify.annotations.NullMarked;
