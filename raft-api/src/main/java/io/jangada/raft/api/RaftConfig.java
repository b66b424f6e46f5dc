package io.jangada.raft.api;

import java.time.Duration;
import java.util.Objects;

/**
 * The settings of a node, immutable and checked once. The defaults suit a cluster in one data
 * centre; all nodes of a cluster should use the same.
 */
public final class RaftConfig {
    private static final RaftConfig DEFAULTS = new Builder().build();

    private final Duration electionTimeout;
    private final Duration heartbeatInterval;
    private final double maxClockDrift;
    private final Duration hibernateAfter;
    private final Duration requestTimeout;
    private final int entryBytesMax;
    private final int appendBytesMax;
    private final int inflightMessagesMax;
    private final long inflightBytesMax;
    private final long uncommittedBytesMax;
    private final long unappliedBytesMax;
    private final int pendingReadsMax;
    private final int mailboxCapacity;
    private final Duration sessionTimeout;
    private final int sessionWindow;
    private final long sessionReplyBytesMax;
    private final int snapshotEntries;
    private final long snapshotBytes;
    private final Duration snapshotInterval;
    private final int trailingEntries;
    private final boolean syncWrites;

    private RaftConfig(Builder b) {
        this.electionTimeout = b.electionTimeout;
        this.heartbeatInterval = b.heartbeatInterval;
        this.maxClockDrift = b.maxClockDrift;
        this.hibernateAfter = b.hibernateAfter;
        this.requestTimeout = b.requestTimeout;
        this.entryBytesMax = b.entryBytesMax;
        this.appendBytesMax = b.appendBytesMax;
        this.inflightMessagesMax = b.inflightMessagesMax;
        this.inflightBytesMax = b.inflightBytesMax;
        this.uncommittedBytesMax = b.uncommittedBytesMax;
        this.unappliedBytesMax = b.unappliedBytesMax;
        this.pendingReadsMax = b.pendingReadsMax;
        this.mailboxCapacity = b.mailboxCapacity;
        this.sessionTimeout = b.sessionTimeout;
        this.sessionWindow = b.sessionWindow;
        this.sessionReplyBytesMax = b.sessionReplyBytesMax;
        this.snapshotEntries = b.snapshotEntries;
        this.snapshotBytes = b.snapshotBytes;
        this.snapshotInterval = b.snapshotInterval;
        this.trailingEntries = b.trailingEntries;
        this.syncWrites = b.syncWrites;
    }

    /**
     * All defaults.
     *
     * @return the settings
     */
    public static RaftConfig defaults() {
        return DEFAULTS;
    }

    /**
     * A builder that starts from the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * T of the paper: a follower that hears no leader for a random time in [T, 1.5 T) stands for
     * election; a leader that hears no quorum for T steps down. Default 1 s. Too small: pauses and
     * slow disks cost leaders their office. Too large: writes stand still longer after a leader
     * died.
     *
     * @return at least 10 ms, and at least three heartbeat intervals
     */
    public Duration electionTimeout() {
        return electionTimeout;
    }

    /**
     * How often a leader without other traffic shows that it lives. Default 100 ms. Too small: idle
     * groups cost CPU. Too large: see {@link #electionTimeout()}.
     *
     * @return at least 1 ms
     */
    public Duration heartbeatInterval() {
        return heartbeatInterval;
    }

    /**
     * Bound on how much the rates of two nodes' monotonic clocks differ, as a fraction. Default
     * 0.1. Lease reads alone depend on it: too small makes them unsafe, too large shortens the
     * lease.
     *
     * @return from 0 to below 1
     */
    public double maxClockDrift() {
        return maxClockDrift;
    }

    /**
     * How long a group must have had nothing to do until it rests: its nodes then send no
     * heartbeats, and hosts vouch to each other for all their resting groups at once. Whatever is
     * asked of it wakes the group. Default 5 s. Too small: groups with rare calls fall asleep
     * between them, and the first lease read after that takes a round trip. Too large: idle groups
     * cost CPU for longer.
     *
     * @return zero if groups never rest; anything below {@link #electionTimeout()} counts as that
     */
    public Duration hibernateAfter() {
        return hibernateAfter;
    }

    /**
     * How long a call may take before it ends in an error. Default 5 s. Too small: calls fail
     * during every election. Too large: callers wait long for what will not come.
     *
     * @return positive
     */
    public Duration requestTimeout() {
        return requestTimeout;
    }

    /**
     * Largest encoded command in bytes. Default 9 MiB. Must not exceed what the store can hold in
     * one record.
     *
     * @return from 1 KiB to 64 MiB
     */
    public int entryBytesMax() {
        return entryBytesMax;
    }

    /**
     * Bytes of entries in one AppendEntries, unless a single entry is larger. Default 1 MiB. Too
     * small: more messages. Too large: followers answer in lumps.
     *
     * @return at least 1 KiB
     */
    public int appendBytesMax() {
        return appendBytesMax;
    }

    /**
     * AppendEntries messages under way to one peer without an answer (thesis §10.2.2). Default 256.
     * Too small: a far peer starves. Too large: more is sent again after a loss.
     *
     * @return at least 1
     */
    public int inflightMessagesMax() {
        return inflightMessagesMax;
    }

    /**
     * Bytes of entries under way to one peer without an answer, unless a single entry is larger.
     * Default 16 MiB.
     *
     * @return at least 1 KiB
     */
    public long inflightBytesMax() {
        return inflightBytesMax;
    }

    /**
     * Bytes of entries that a leader holds uncommitted before it refuses proposals. Default 64 MiB.
     *
     * @return at least 1 KiB
     */
    public long uncommittedBytesMax() {
        return uncommittedBytesMax;
    }

    /**
     * Bytes of entries that a leader holds committed and not yet applied before it refuses
     * proposals. Default 128 MiB.
     *
     * @return at least 1 KiB
     */
    public long unappliedBytesMax() {
        return unappliedBytesMax;
    }

    /**
     * Reads of a group that wait on this node before further ones are refused. Default 65,536.
     *
     * @return at least 1
     */
    public int pendingReadsMax() {
        return pendingReadsMax;
    }

    /**
     * Calls and messages that wait for a loop before further ones are refused, and writes in
     * sessions of the callers that wait for their outcome. Default 65,536.
     *
     * @return at least 64
     */
    public int mailboxCapacity() {
        return mailboxCapacity;
    }

    /**
     * How long a session lives without a write, in cluster time. Default 10 min. Too small: clients
     * that pause lose exactly-once. Too large: dead clients' replies stay in memory.
     *
     * @return at least 1 s
     */
    public Duration sessionTimeout() {
        return sessionTimeout;
    }

    /**
     * How many sequences of a session may be outstanding, and how many replies are kept at most.
     * Default 8,192.
     *
     * @return at least 1
     */
    public int sessionWindow() {
        return sessionWindow;
    }

    /**
     * Bytes of replies kept for one session; beyond them the oldest replies go. Default 4 MiB.
     *
     * @return at least 0
     */
    public long sessionReplyBytesMax() {
        return sessionReplyBytesMax;
    }

    /**
     * How many entries are applied until the next snapshot is taken, at indexes that are multiples
     * of it, so that all nodes take the same ones. Default 100,000. Too small: the state is written
     * all the time. Too large: restarts replay long logs. Whichever of this, {@link
     * #snapshotBytes()} and {@link #snapshotInterval()} comes first decides.
     *
     * @return at least 1
     */
    public int snapshotEntries() {
        return snapshotEntries;
    }

    /**
     * How many bytes of entries are applied until the next snapshot is taken. Default 64 MiB. Too
     * small and too large: as {@link #snapshotEntries()}.
     *
     * @return at least 1024
     */
    public long snapshotBytes() {
        return snapshotBytes;
    }

    /**
     * How long after the last snapshot another one is taken if anything was applied since. Default
     * 1 h. Too small: the state is written all the time. Too large: a slow group keeps old segments
     * of the shared log alive longer.
     *
     * @return at least 1 s
     */
    public Duration snapshotInterval() {
        return snapshotInterval;
    }

    /**
     * How many entries below a snapshot stay in the log for followers that lag a little. Default
     * 10,000. Too small: a short break costs a whole snapshot. Too large: more disk and memory.
     *
     * @return at least 0
     */
    public int trailingEntries() {
        return trailingEntries;
    }

    /**
     * Whether a durable store syncs before it confirms. Default true. False loses acknowledged
     * writes in a power loss, is for experiments only, and is warned about.
     *
     * @return true unless switched off
     */
    public boolean syncWrites() {
        return syncWrites;
    }

    /**
     * These settings as a start for others.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.electionTimeout = electionTimeout;
        b.heartbeatInterval = heartbeatInterval;
        b.maxClockDrift = maxClockDrift;
        b.hibernateAfter = hibernateAfter;
        b.requestTimeout = requestTimeout;
        b.entryBytesMax = entryBytesMax;
        b.appendBytesMax = appendBytesMax;
        b.inflightMessagesMax = inflightMessagesMax;
        b.inflightBytesMax = inflightBytesMax;
        b.uncommittedBytesMax = uncommittedBytesMax;
        b.unappliedBytesMax = unappliedBytesMax;
        b.pendingReadsMax = pendingReadsMax;
        b.mailboxCapacity = mailboxCapacity;
        b.sessionTimeout = sessionTimeout;
        b.sessionWindow = sessionWindow;
        b.sessionReplyBytesMax = sessionReplyBytesMax;
        b.snapshotEntries = snapshotEntries;
        b.snapshotBytes = snapshotBytes;
        b.snapshotInterval = snapshotInterval;
        b.trailingEntries = trailingEntries;
        b.syncWrites = syncWrites;
        return b;
    }

    /** Collects settings; {@link #build()} checks them together. */
    public static final class Builder {
        private Duration electionTimeout = Duration.ofSeconds(1);
        private Duration heartbeatInterval = Duration.ofMillis(100);
        private double maxClockDrift = 0.1;
        private Duration hibernateAfter = Duration.ofSeconds(5);
        private Duration requestTimeout = Duration.ofSeconds(5);
        private int entryBytesMax = 9 << 20;
        private int appendBytesMax = 1 << 20;
        private int inflightMessagesMax = 256;
        private long inflightBytesMax = 16 << 20;
        private long uncommittedBytesMax = 64 << 20;
        private long unappliedBytesMax = 128 << 20;
        private int pendingReadsMax = 65_536;
        private int mailboxCapacity = 65_536;
        private Duration sessionTimeout = Duration.ofMinutes(10);
        private int sessionWindow = 8_192;
        private long sessionReplyBytesMax = 4 << 20;
        private int snapshotEntries = 100_000;
        private long snapshotBytes = 64L << 20;
        private Duration snapshotInterval = Duration.ofHours(1);
        private int trailingEntries = 10_000;
        private boolean syncWrites = true;

        private Builder() {}

        /**
         * Sets {@link RaftConfig#electionTimeout()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder electionTimeout(Duration value) {
            electionTimeout = Objects.requireNonNull(value, "electionTimeout");
            return this;
        }

        /**
         * Sets {@link RaftConfig#heartbeatInterval()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder heartbeatInterval(Duration value) {
            heartbeatInterval = Objects.requireNonNull(value, "heartbeatInterval");
            return this;
        }

        /**
         * Sets {@link RaftConfig#maxClockDrift()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder maxClockDrift(double value) {
            maxClockDrift = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#hibernateAfter()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder hibernateAfter(Duration value) {
            hibernateAfter = Objects.requireNonNull(value, "hibernateAfter");
            return this;
        }

        /**
         * Sets {@link RaftConfig#requestTimeout()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder requestTimeout(Duration value) {
            requestTimeout = Objects.requireNonNull(value, "requestTimeout");
            return this;
        }

        /**
         * Sets {@link RaftConfig#entryBytesMax()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder entryBytesMax(int value) {
            entryBytesMax = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#appendBytesMax()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder appendBytesMax(int value) {
            appendBytesMax = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#inflightMessagesMax()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder inflightMessagesMax(int value) {
            inflightMessagesMax = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#inflightBytesMax()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder inflightBytesMax(long value) {
            inflightBytesMax = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#uncommittedBytesMax()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder uncommittedBytesMax(long value) {
            uncommittedBytesMax = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#unappliedBytesMax()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder unappliedBytesMax(long value) {
            unappliedBytesMax = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#pendingReadsMax()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder pendingReadsMax(int value) {
            pendingReadsMax = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#mailboxCapacity()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder mailboxCapacity(int value) {
            mailboxCapacity = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#sessionTimeout()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder sessionTimeout(Duration value) {
            sessionTimeout = Objects.requireNonNull(value, "sessionTimeout");
            return this;
        }

        /**
         * Sets {@link RaftConfig#sessionWindow()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder sessionWindow(int value) {
            sessionWindow = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#sessionReplyBytesMax()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder sessionReplyBytesMax(long value) {
            sessionReplyBytesMax = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#snapshotEntries()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder snapshotEntries(int value) {
            snapshotEntries = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#snapshotBytes()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder snapshotBytes(long value) {
            snapshotBytes = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#snapshotInterval()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder snapshotInterval(Duration value) {
            snapshotInterval = Objects.requireNonNull(value, "snapshotInterval");
            return this;
        }

        /**
         * Sets {@link RaftConfig#trailingEntries()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder trailingEntries(int value) {
            trailingEntries = value;
            return this;
        }

        /**
         * Sets {@link RaftConfig#syncWrites()}.
         *
         * @param value the new value
         * @return this
         */
        public Builder syncWrites(boolean value) {
            syncWrites = value;
            return this;
        }

        /**
         * Checks all settings and their relations.
         *
         * @return the settings
         * @throws IllegalArgumentException if one is out of range or two contradict each other; the
         *     message names them with their values
         */
        public RaftConfig build() {
            atLeast("heartbeatInterval", heartbeatInterval, Duration.ofMillis(1));
            atLeast("electionTimeout", electionTimeout, Duration.ofMillis(10));
            atLeast("hibernateAfter", hibernateAfter, Duration.ZERO);
            atLeast("requestTimeout", requestTimeout, Duration.ofMillis(1));
            atLeast("sessionTimeout", sessionTimeout, Duration.ofSeconds(1));
            within("entryBytesMax", entryBytesMax, 1 << 10, 64 << 20);
            within("appendBytesMax", appendBytesMax, 1 << 10, 64 << 20);
            within("inflightMessagesMax", inflightMessagesMax, 1, 1 << 20);
            within("inflightBytesMax", inflightBytesMax, 1 << 10, 1L << 40);
            within("uncommittedBytesMax", uncommittedBytesMax, 1 << 10, 1L << 40);
            within("unappliedBytesMax", unappliedBytesMax, 1 << 10, 1L << 40);
            within("pendingReadsMax", pendingReadsMax, 1, 1 << 30);
            within("mailboxCapacity", mailboxCapacity, 64, 1 << 24);
            within("sessionWindow", sessionWindow, 1, 1 << 20);
            within("sessionReplyBytesMax", sessionReplyBytesMax, 0, 1L << 40);
            within("snapshotEntries", snapshotEntries, 1, 1 << 30);
            within("snapshotBytes", snapshotBytes, 1 << 10, 1L << 40);
            atLeast("snapshotInterval", snapshotInterval, Duration.ofSeconds(1));
            within("trailingEntries", trailingEntries, 0, 1 << 30);
            require(
                    maxClockDrift >= 0 && maxClockDrift < 1,
                    "maxClockDrift " + maxClockDrift + " is not from 0 to below 1");
            require(
                    electionTimeout.compareTo(heartbeatInterval.multipliedBy(3)) >= 0,
                    "electionTimeout "
                            + electionTimeout
                            + " is less than three times heartbeatInterval "
                            + heartbeatInterval
                            + ": a single lost heartbeat would start an election");
            require(
                    uncommittedBytesMax >= entryBytesMax,
                    "uncommittedBytesMax "
                            + uncommittedBytesMax
                            + " is less than entryBytesMax "
                            + entryBytesMax
                            + ": the largest entry could never be proposed");
            return new RaftConfig(this);
        }

        private static void atLeast(String name, Duration value, Duration min) {
            require(value.compareTo(min) >= 0, name + " " + value + " is less than " + min);
        }

        private static void within(String name, long value, long min, long max) {
            require(
                    value >= min && value <= max,
                    name + " " + value + " is not from " + min + " to " + max);
        }

        private static void require(boolean condition, String message) {
            if (!condition) {
                throw new IllegalArgumentException(message);
            }
        }
    }
}
