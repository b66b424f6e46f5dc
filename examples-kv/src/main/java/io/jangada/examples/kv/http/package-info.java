/** The page that shows a cluster while it lives, and the same as JSON. */
@NullMarked
package io.jangada.examples.kv.http;

import org.jspecify.annotations.NullMarked;
