package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;

/** What one append puts on a disk; a crash may tear a write between two of these. */
sealed interface DiskRecord {
    GroupId group();

    /** For people, without the group. */
    String words();

    record Vote(GroupId group, HardState hardState) implements DiskRecord {
        @Override
        public String words() {
            return "term "
                    + hardState.currentTerm()
                    + (hardState.votedFor() == null ? "" : ", vote for " + hardState.votedFor());
        }
    }

    record Truncation(GroupId group, long from) implements DiskRecord {
        @Override
        public String words() {
            return "truncation from " + from;
        }
    }

    record Entry(GroupId group, LogEntry entry) implements DiskRecord {
        @Override
        public String words() {
            return "entry " + entry;
        }
    }

    /** The entries up to an index are gone; a snapshot stands for them. */
    record Compaction(GroupId group, long index) implements DiskRecord {
        @Override
        public String words() {
            return "compaction up to " + index;
        }
    }

    /** The log is empty and goes on behind a snapshot that came from elsewhere. */
    record Reset(GroupId group, long index, long term) implements DiskRecord {
        @Override
        public String words() {
            return "reset behind " + index + "@" + term;
        }
    }

    /** A damaged copy is whole again. */
    record Rebuilt(GroupId group) implements DiskRecord {
        @Override
        public String words() {
            return "end of the rebuild";
        }
    }
}
