package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;

/** What one append puts on a disk; a crash may tear a write between two of these. */
sealed interface DiskRecord {
    GroupId group();

    record Vote(GroupId group, HardState hardState) implements DiskRecord {}

    record Truncation(GroupId group, long from) implements DiskRecord {}

    record Entry(GroupId group, LogEntry entry) implements DiskRecord {}

    /** The entries up to an index are gone; a snapshot stands for them. */
    record Compaction(GroupId group, long index) implements DiskRecord {}

    /** The log is empty and goes on behind a snapshot that came from elsewhere. */
    record Reset(GroupId group, long index, long term) implements DiskRecord {}

    /** A damaged copy is whole again. */
    record Rebuilt(GroupId group) implements DiskRecord {}
}
