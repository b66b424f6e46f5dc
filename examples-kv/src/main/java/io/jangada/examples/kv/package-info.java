/** A replicated key-value server: the part that a user of the library copies. */
@NullMarked
package io.jangada.examples.kv;

import org.jspecify.annotations.NullMarked;
