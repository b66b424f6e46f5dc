/**
 * The launcher: {@code kv server}, {@code kv demo} and {@code kv cli}.
 *
 * <p>{@link io.jangada.examples.kv.cli.Main} is where Java begins. A command checks everything that
 * it was told before it touches a disk; what is wrong is one line and exit code 2.
 */
@NullMarked
package io.jangada.examples.kv.cli;

import org.jspecify.annotations.NullMarked;
