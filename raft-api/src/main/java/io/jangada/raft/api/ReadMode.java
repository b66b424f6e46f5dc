package io.jangada.raft.api;

import java.time.Duration;
import java.util.Objects;

/**
 * How fresh a read must be, and what it may cost. The default everywhere is {@link #INDEX}; the
 * weaker ones are for those who ask for them by name.
 */
public sealed interface ReadMode {
    /**
     * Linearizable (thesis §6.4): the leader confirms its leadership with a quorum by a round
     * started after the read arrived. One round trip, shared by all reads that wait; no disk.
     */
    ReadMode INDEX = new Index();

    /**
     * Linearizable as long as the clocks of any two nodes drift by less than {@link
     * RaftConfig#maxClockDrift()} (thesis §6.4.1). No round trip at the leader while its lease
     * holds; falls back to {@link #INDEX} when it does not, and on other nodes.
     */
    ReadMode LEASE = new Lease();

    /** This node's state as it is, however old. */
    ReadMode LOCAL = new Local();

    /**
     * This node's state once it has applied an index, for example that of an earlier write.
     *
     * @param index the log index, not negative
     * @return the mode
     */
    static ReadMode atLeast(long index) {
        return new AtLeast(index);
    }

    /**
     * This node's state if it is provably no older than a duration, else as {@link #INDEX}. Age is
     * measured from the moment at which this node sent a request that a confirmed leader answered.
     *
     * @param age how old the state may be, not negative
     * @return the mode
     */
    static ReadMode staleFor(Duration age) {
        return new StaleFor(age);
    }

    /** See {@link ReadMode#INDEX}. */
    record Index() implements ReadMode {}

    /** See {@link ReadMode#LEASE}. */
    record Lease() implements ReadMode {}

    /** See {@link ReadMode#LOCAL}. */
    record Local() implements ReadMode {}

    /**
     * See {@link ReadMode#atLeast}.
     *
     * @param index the log index
     */
    record AtLeast(long index) implements ReadMode {
        /**
         * Checks the index.
         *
         * @throws IllegalArgumentException if {@code index} is negative
         */
        public AtLeast {
            if (index < 0) {
                throw new IllegalArgumentException("index " + index + " is negative");
            }
        }
    }

    /**
     * See {@link ReadMode#staleFor}.
     *
     * @param age how old the state may be
     */
    record StaleFor(Duration age) implements ReadMode {
        /**
         * Checks the age.
         *
         * @throws IllegalArgumentException if {@code age} is negative
         */
        public StaleFor {
            Objects.requireNonNull(age, "age");
            if (age.isNegative()) {
                throw new IllegalArgumentException("age " + age + " is negative");
            }
        }
    }
}
