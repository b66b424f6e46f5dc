package io.jangada.raft.spi.testkit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is read from outside takes hostile input. A test that implements this has a static method
 * {@code targets()}, a stream of {@link HostileInput}s, of those that {@link
 * HostileInput#isWanted}; {@link HostileInput} tells the system properties.
 */
public interface HostileInputContract {
    /**
     * The same inputs every time, for seconds.
     *
     * @param target reads them
     */
    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("targets")
    default void isTakenOrRefused(HostileInput target) {
        target.run();
    }

    /**
     * Other inputs, for as long as one likes.
     *
     * @param target reads them
     */
    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("targets")
    @Tag("soak")
    default void isTakenOrRefusedForMinutes(HostileInput target) {
        target.runForMinutes();
    }
}
