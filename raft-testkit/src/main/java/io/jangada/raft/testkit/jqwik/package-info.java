/**
 * Commands and schedules for {@link io.jangada.raft.testkit.RaftSim} out of <a
 * href="https://jqwik.net">jqwik</a>'s arbitraries, which shrink: what fails is shown with as few
 * steps as possible. Needs {@code net.jqwik:jqwik} on the test's class path; nothing else in this
 * module does.
 */
@NullMarked
package io.jangada.raft.testkit.jqwik;

import org.jspecify.annotations.NullMarked;
