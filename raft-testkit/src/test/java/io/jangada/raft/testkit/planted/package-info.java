/**
 * The measure of the simulator: faults that are planted into the library in a test build only, and
 * who catches them. {@link io.jangada.raft.testkit.planted.PlantedFaults} is the program.
 */
@NullMarked
package io.jangada.raft.testkit.planted;

import org.jspecify.annotations.NullMarked;
