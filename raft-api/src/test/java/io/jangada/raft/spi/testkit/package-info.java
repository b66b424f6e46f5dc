/**
 * Contract suites of the three SPIs. An implementation extends the suite of what it implements,
 * says how one is made, and inherits every check; each is JUnit 5 and nothing else.
 *
 * <p>The suites test what the Javadoc of the SPI promises, and no more: an implementation that
 * passes may still lack speed, and a durable one still needs tests with power cuts of its own.
 *
 * <p>{@link io.jangada.raft.spi.testkit.HostileInput} is for whatever reads bytes of others: it
 * needs nothing of the SPIs.
 */
@NullMarked
package io.jangada.raft.spi.testkit;

import org.jspecify.annotations.NullMarked;
