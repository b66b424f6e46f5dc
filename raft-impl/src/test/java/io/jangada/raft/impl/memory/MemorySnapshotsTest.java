package io.jangada.raft.impl.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.WriteListener;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Compaction, reset, rebuild and snapshots of the store in memory. */
class MemorySnapshotsTest {
    private static final GroupId GROUP = GroupId.of("g");
    private static final Membership ALONE =
            Membership.ofVoters(List.of(new Member(NodeId.of("n1"), "n1:1")));

    private final Queue<Runnable> confirmations = new ArrayDeque<>();
    private final MemoryLogStore store =
            new MemoryLogStore(
                    new StoreIdentity("", NodeId.of("n1"), StoreId.of(1, 2)),
                    1 << 20,
                    confirmations::add);
    private final List<Long> confirmed = new ArrayList<>();
    private final GroupLog log = open();

    private GroupLog open() {
        return store.open(GROUP, listener());
    }

    private WriteListener listener() {
        return new WriteListener() {
            @Override
            public void onPersisted(long writeSequence) {
                confirmed.add(writeSequence);
            }

            @Override
            public void onFailed(StoreException cause) {
                throw cause;
            }
        };
    }

    private static LogEntry entry(long index, EntryType type) {
        byte[] payload =
                type == EntryType.MEMBERSHIP
                        ? ALONE.toString().getBytes(StandardCharsets.UTF_8)
                        : new byte[8];
        return new LogEntry(index, 2, index, type, payload);
    }

    private void append(long writeSequence, long from, long to) {
        List<LogEntry> entries = new ArrayList<>();
        for (long index = from; index <= to; index++) {
            entries.add(entry(index, index == 1 ? EntryType.MEMBERSHIP : EntryType.COMMAND));
        }
        log.append(writeSequence, null, entries);
    }

    private static SnapshotMeta meta(long index) {
        return new SnapshotMeta(index, 2, index, 1, ALONE);
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private static SnapshotInfo save(SnapshotStore snapshots, long index, byte[] content) {
        try (SnapshotSink sink = snapshots.create(meta(index))) {
            sink.write(ByteBuffer.wrap(content));
            return sink.commit();
        }
    }

    private static byte[] content(SnapshotStore snapshots) {
        try (SnapshotFile file = snapshots.open()) {
            ByteBuffer all = ByteBuffer.allocate((int) file.info().bytes());
            while (file.read(all.position(), all) > 0) {
                // As far as content lasts.
            }
            return all.array();
        }
    }

    // The log

    @Test
    void compactionForgetsEntriesButNotTheTermOfTheLast() {
        append(1, 1, 10);
        log.compact(6);
        assertEquals(7, log.firstIndex());
        assertEquals(10, log.lastIndex());
        assertEquals(2, log.term(6));
        assertThrows(IndexOutOfBoundsException.class, () -> log.term(5));
        assertThrows(IndexOutOfBoundsException.class, () -> log.entries(6, 8, 1 << 20));
        assertEquals(4, log.entries(7, 10, 1 << 20).size());
        assertEquals(List.of(), log.membershipEntries());
        log.compact(3);
        assertEquals(7, log.firstIndex(), "never back");
        log.compact(10);
        assertEquals(10, log.lastIndex());
        append(2, 11, 12);
        assertEquals(12, log.lastIndex());
        assertThrows(IllegalArgumentException.class, () -> log.compact(13));
    }

    @Test
    void aResetBeginsAnewBehindASnapshot() {
        append(1, 1, 10);
        log.reset(2, new HardState(7, null), 20, 5);
        assertEquals(21, log.firstIndex());
        assertEquals(20, log.lastIndex());
        assertEquals(5, log.term(20));
        append(3, 21, 22);
        confirmations.forEach(Runnable::run);
        assertEquals(List.of(3L), confirmed);
        log.close();
        GroupLog again = open();
        assertEquals(new HardState(7, null), again.hardState());
        assertEquals(21, again.firstIndex());
        assertEquals(22, again.lastIndex());
    }

    @Test
    void aRebuildDropsEverythingButTheHardState() {
        log.append(1, new HardState(3, NodeId.of("n2")), List.of(entry(1, EntryType.MEMBERSHIP)));
        save(log.snapshots(), 1, bytes(5));
        log.close();
        GroupLog again = store.openForRebuild(GROUP, listener());
        assertTrue(again.rebuilding());
        assertEquals(0, again.lastIndex());
        assertEquals(new HardState(3, NodeId.of("n2")), again.hardState());
        assertTrue(again.snapshots().latest().isEmpty());
        again.close();
        GroupLog later = open();
        assertTrue(later.rebuilding(), "in a later life too");
        later.rebuilt();
        assertFalse(later.rebuilding());
    }

    @Test
    void onlyAStoreOfNoClusterAdoptsOne() {
        store.adoptCluster("c");
        assertEquals("c", store.identity().clusterId());
        assertThrows(IllegalStateException.class, () -> store.adoptCluster("d"));
    }

    // Snapshots

    @Test
    void aSnapshotIsReadAsItWasWritten() {
        SnapshotStore snapshots = log.snapshots();
        assertTrue(snapshots.latest().isEmpty());
        assertThrows(StoreException.class, snapshots::open);
        byte[] content = bytes(200_000);
        SnapshotInfo info = save(snapshots, 9, content);
        assertEquals(info, snapshots.latest().orElseThrow());
        assertEquals(ByteBuffer.wrap(content), ByteBuffer.wrap(content(snapshots)));
        assertEquals(info.hash(), save(snapshots, 10, content).hash());
    }

    @Test
    void z32_whatIsNotCommittedIsNotThere() {
        SnapshotStore snapshots = log.snapshots();
        SnapshotInfo first = save(snapshots, 9, bytes(10));
        try (SnapshotSink sink = snapshots.create(meta(12))) {
            sink.write(ByteBuffer.wrap(bytes(20)));
        }
        assertEquals(first, snapshots.latest().orElseThrow());
        save(snapshots, 8, bytes(10));
        assertEquals(first, snapshots.latest().orElseThrow(), "never an older one");
    }

    @Test
    void anOpenSnapshotStaysReadable() {
        SnapshotStore snapshots = log.snapshots();
        SnapshotInfo first = save(snapshots, 9, bytes(10));
        try (SnapshotFile file = snapshots.open()) {
            save(snapshots, 10, bytes(20));
            ByteBuffer all = ByteBuffer.allocate(30);
            assertEquals(10, file.read(0, all));
            assertEquals(first, file.info());
            assertEquals(0, file.read(10, all));
        }
    }

    @Test
    void s28_receivingGoesOnWhereItStopped() {
        byte[] content = bytes(100);
        SnapshotInfo info = announce(content);
        SnapshotStore snapshots = log.snapshots();
        try (SnapshotSink sink = snapshots.receive(info)) {
            sink.write(ByteBuffer.wrap(content, 0, 60));
        }
        try (SnapshotSink sink = snapshots.receive(info)) {
            assertEquals(60, sink.position());
            sink.write(ByteBuffer.wrap(content, 60, 40));
            assertEquals(info, sink.commit());
        }
        assertEquals(ByteBuffer.wrap(content), ByteBuffer.wrap(content(snapshots)));
    }

    @Test
    void whatIsNotAsAnnouncedIsForgotten() {
        byte[] content = bytes(100);
        SnapshotInfo info = announce(content);
        content[50]++;
        SnapshotStore snapshots = log.snapshots();
        try (SnapshotSink sink = snapshots.receive(info)) {
            sink.write(ByteBuffer.wrap(content));
            assertThrows(StoreException.class, sink::commit);
        }
        assertTrue(snapshots.latest().isEmpty());
        try (SnapshotSink sink = snapshots.receive(info)) {
            assertEquals(0, sink.position());
        }
    }

    @Test
    void anotherSnapshotIsReceivedFromTheBeginning() {
        SnapshotStore snapshots = log.snapshots();
        try (SnapshotSink sink = snapshots.receive(announce(bytes(100)))) {
            sink.write(ByteBuffer.wrap(bytes(50)));
        }
        try (SnapshotSink sink = snapshots.receive(announce(bytes(101)))) {
            assertEquals(0, sink.position());
        }
    }

    /** As another node would name it. */
    private SnapshotInfo announce(byte[] content) {
        MemoryLogStore other =
                new MemoryLogStore(
                        new StoreIdentity("c", NodeId.of("n2"), StoreId.of(3, 4)),
                        1 << 20,
                        confirmations::add);
        return save(other.open(GROUP, listener()).snapshots(), 30, content);
    }
}
