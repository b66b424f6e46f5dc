package io.jangada.raft.testkit.check;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a key-value store answers. */
public sealed interface KvOutput {

    /**
     * A key was read.
     *
     * @param value its value, null if the key was absent
     */
    record Value(@Nullable String value) implements KvOutput {
        @Override
        public String toString() {
            return show(value);
        }
    }

    /**
     * A compare-and-set compared.
     *
     * @param swapped whether the value was the one expected, and is replaced
     */
    record Swapped(boolean swapped) implements KvOutput {
        @Override
        public String toString() {
            return String.valueOf(swapped);
        }
    }

    /** A write took effect. */
    record Done() implements KvOutput {
        @Override
        public String toString() {
            return "ok";
        }
    }

    /**
     * A range was read.
     *
     * @param entries keys and values in the order in which they were answered
     */
    record Entries(List<Map.Entry<String, String>> entries) implements KvOutput {

        /** Copies the list. */
        public Entries {
            entries = List.copyOf(entries);
        }

        @Override
        public String toString() {
            return entries.toString();
        }
    }

    /** A value as people should see it: quoted, so that "absent" is not a value. */
    static String show(@Nullable String value) {
        return value == null ? "absent" : '"' + value + '"';
    }
}
