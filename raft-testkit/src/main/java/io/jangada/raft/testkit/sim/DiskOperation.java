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
     * The log forgets its entries up to an index; a crash may bring them back until the next sync.
     *
     * @param node whose disk
     * @param index the last entry forgotten
     */
    record Compact(NodeId node, long index) implements DiskOperation {}

    /**
     * The log is emptied, to go on behind a snapshot that came from elsewhere.
     *
     * @param node whose disk
     * @param index the snapshot's last entry
     * @param term that entry's term
     */
    record Reset(NodeId node, long index, long term) implements DiskOperation {}

    /**
     * Everything appended to the log so far is made durable.
     *
     * @param node whose disk
     * @param records how many records were not durable when it began
     */
    record Sync(NodeId node, int records) implements DiskOperation {}

    /**
     * What the files of snapshots are asked for; the log knows nothing of these, and the other way
     * round.
     */
    sealed interface OfSnapshot extends DiskOperation {
        /**
         * Which snapshot.
         *
         * @return its last entry's index
         */
        long index();
    }

    /**
     * Content is appended to a snapshot's file: lost or torn by a crash unless synced.
     *
     * @param node whose disk
     * @param index which snapshot
     * @param bytes how much
     */
    record SnapshotWrite(NodeId node, long index, int bytes) implements OfSnapshot {}

    /**
     * The content of a snapshot's file is made durable.
     *
     * @param node whose disk
     * @param index which snapshot
     */
    record SnapshotSync(NodeId node, long index) implements OfSnapshot {}

    /**
     * A snapshot's file gets its final name; a crash may undo that until the folder is synced.
     *
     * @param node whose disk
     * @param index which snapshot
     */
    record SnapshotRename(NodeId node, long index) implements OfSnapshot {}

    /**
     * The names in the folder of snapshots are made durable.
     *
     * @param node whose disk
     * @param index the snapshot that it is done for
     */
    record FolderSync(NodeId node, long index) implements OfSnapshot {}

    /**
     * A snapshot's file is deleted; a crash may bring it back until the folder is synced.
     *
     * @param node whose disk
     * @param index which snapshot
     */
    record SnapshotDelete(NodeId node, long index) implements OfSnapshot {}

    /**
     * Content of a snapshot's file is read.
     *
     * @param node whose disk
     * @param index which snapshot
     * @param position where in its content
     */
    record SnapshotRead(NodeId node, long index, long position) implements OfSnapshot {}
}
