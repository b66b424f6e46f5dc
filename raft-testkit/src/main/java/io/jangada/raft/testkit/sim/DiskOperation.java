package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that a disk is asked to do. */
public sealed interface DiskOperation {
    /**
     * Whose disk it is.
     *
     * @return the node
     */
    NodeId node();

    /**
     * A write is put into the page cache: readable at once, lost by a crash unless synced.
     *
     * @param node whose disk
     * @param hardState the new term and vote, or null
     * @param entries the new entries; they replace what the log has from the first one's index on
     */
    record Append(NodeId node, @Nullable HardState hardState, List<LogEntry> entries)
            implements DiskOperation {}

    /**
     * Everything appended so far is made durable.
     *
     * @param node whose disk
     * @param records how many records were not durable when it began
     */
    record Sync(NodeId node, int records) implements DiskOperation {}
}
