/**
 * Scenarios as text: what happens to a simulated cluster, one instruction a line, with what is seen
 * of it recorded beneath. {@link io.jangada.raft.testkit.script.SimScript} runs such a file,
 * compares, and writes what it sees if it is told to.
 *
 * <pre>
 * # A leader that crashes is followed by another one, which has all that was acknowledged.
 * cluster 3
 * elect n1
 * put alice k v
 * ----
 * n1 leads in term 1
 * alice: put k "v": ok
 *
 * crash n1
 * elect n2
 * get alice k at=n2
 * ----
 * n2 leads in term 2
 * alice: get k: "v"
 * </pre>
 *
 * The words are listed by {@code SimScript.help()} and explained in {@code docs/testing.md}.
 */
@NullMarked
package io.jangada.raft.testkit.script;

import org.jspecify.annotations.NullMarked;
