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
}
