package io.jangada.raft.storage.segment;

import java.util.HashSet;
import java.util.Set;

/** Store sequences of which no record was found, and what followed. */
final class Hole {
    final long first;
    final long last;

    /** Where the record after the hole stands. */
    final int segment;

    final int recordNumber;

    /** Groups of which records are missing, as far as the record after the hole tells. */
    final Set<String> groups = new HashSet<>();

    Hole(long first, long last, int segment, int recordNumber) {
        this.first = first;
        this.last = last;
        this.segment = segment;
        this.recordNumber = recordNumber;
    }

    /** For messages: sequences, and the place. */
    @Override
    public String toString() {
        String what = first == last ? "record " + first : "records " + first + " to " + last;
        return "%s before record number %d of segment %d".formatted(what, recordNumber, segment);
    }
}
