package io.jangada.raft.testkit.check;

import org.jspecify.annotations.Nullable;

/** What a client asks of a key-value store. Values are strings; null stands for "no such key". */
public sealed interface KvInput {

    /**
     * The key that the operation concerns; of a scan the first one.
     *
     * @return the key
     */
    String key();

    /** What a read was promised. All but {@link #STALE} must be linearizable. */
    enum ReadMode {
        /** Not said: the store's own default, linearizable. */
        DEFAULT,
        /** Through the log. */
        LOG,
        /** At a commit index that a quorum confirmed. */
        INDEX,
        /** Under the leader's lease. */
        LEASE,
        /** Whatever the node had: takes no part in a check for linearizability. */
        STALE
    }

    /**
     * Reads a key; answered by {@link KvOutput.Value}.
     *
     * @param key the key
     * @param mode what the read was promised
     */
    record Get(String key, ReadMode mode) implements KvInput {

        /**
         * A read in the store's default mode.
         *
         * @param key the key
         */
        public Get(String key) {
            this(key, ReadMode.DEFAULT);
        }

        @Override
        public String toString() {
            return "get " + key;
        }
    }

    /**
     * Sets a key; answered by {@link KvOutput.Done}.
     *
     * @param key the key
     * @param value its value from now on
     */
    record Put(String key, String value) implements KvInput {
        @Override
        public String toString() {
            return "put " + key + " " + KvOutput.show(value);
        }
    }

    /**
     * Removes a key, if it is there; answered by {@link KvOutput.Done}.
     *
     * @param key the key
     */
    record Delete(String key) implements KvInput {
        @Override
        public String toString() {
            return "delete " + key;
        }
    }

    /**
     * Appends to a key's value, that of an absent key being empty; answered by {@link
     * KvOutput.Done}.
     *
     * @param key the key
     * @param suffix what is appended
     */
    record Append(String key, String suffix) implements KvInput {
        @Override
        public String toString() {
            return "append " + key + " " + KvOutput.show(suffix);
        }
    }

    /**
     * Replaces a key's value if it is the one expected; answered by {@link KvOutput.Swapped}.
     *
     * @param key the key
     * @param expected the value to replace; null to write only if the key is absent
     * @param replacement the value from then on; null to remove the key
     */
    record Cas(String key, @Nullable String expected, @Nullable String replacement)
            implements KvInput {
        @Override
        public String toString() {
            return "cas " + key + " " + KvOutput.show(expected) + " " + KvOutput.show(replacement);
        }
    }

    /**
     * Reads a range of keys, in byte order of UTF-8; answered by {@link KvOutput.Entries}.
     *
     * @param key the first key of the range
     * @param to the first key behind the range; null if it has no end
     * @param limit how many entries are answered at most, at least 1
     * @param mode what the read was promised
     */
    record Scan(String key, @Nullable String to, int limit, ReadMode mode) implements KvInput {

        /** The limit of a scan without a limit. */
        public static final int UNLIMITED = Integer.MAX_VALUE;

        /**
         * Checks the limit.
         *
         * @throws IllegalArgumentException if the limit is not positive
         */
        public Scan {
            if (limit < 1) {
                throw new IllegalArgumentException(
                        "the limit of a scan must be at least 1, not " + limit);
            }
        }

        /**
         * A scan without a limit in the store's default mode.
         *
         * @param key the first key of the range
         * @param to the first key behind the range; null if it has no end
         */
        public Scan(String key, @Nullable String to) {
            this(key, to, UNLIMITED, ReadMode.DEFAULT);
        }

        @Override
        public String toString() {
            return "scan "
                    + key
                    + ".."
                    + (to == null ? "" : to)
                    + (limit == UNLIMITED ? "" : " limit " + limit);
        }
    }
}
