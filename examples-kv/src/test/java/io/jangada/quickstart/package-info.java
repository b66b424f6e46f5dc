/** The program of the README, compiled and run. */
@NullMarked
package io.jangada.quickstart;

import org.jspecify.annotations.NullMarked;
