/** Simulator and checkers, for our own tests and for those of users. */
@NullMarked
package io.jangada.raft.testkit;

import org.jspecify.annotations.NullMarked;
