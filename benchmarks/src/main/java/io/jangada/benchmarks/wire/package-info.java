/**
 * Servers as processes of their own, measured over the wire: this library's key-value server, etcd
 * and Redis, and the clients that ask them.
 */
@NullMarked
package io.jangada.benchmarks.wire;

import org.jspecify.annotations.NullMarked;
