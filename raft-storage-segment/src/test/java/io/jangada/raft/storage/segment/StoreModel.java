package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * All that a store was told and how much of it was confirmed, hence what may be found after a
 * crash: for each thing a state that it went through, not before the confirmed one.
 */
final class StoreModel {
    final Map<String, Group> groups = new ConcurrentSkipListMap<>();
    final History<Map<NodeId, StoreId>> peers = new History<>("peers", Map.of());
    final History<String> cluster;
    final History<StoreId> storeId = new History<>("store id", StoreId.of(0, 0));

    StoreModel() {
        this(TestLog.IDENTITY.clusterId());
    }

    /** A store whose node is of this cluster at first. */
    StoreModel(String clusterId) {
        cluster = new History<>("cluster", clusterId);
    }

    /** The states of one thing, one after the other, and the last that was confirmed. */
    static class History<T> {
        final String name;
        final List<T> states = new ArrayList<>();
        volatile int confirmed;

        History(String name, T first) {
            this.name = name;
            states.add(first);
        }

        T last() {
            return states.get(states.size() - 1);
        }

        void begin(T next) {
            states.add(next);
        }

        void confirm() {
            confirmed = states.size() - 1;
        }

        /** What is found is a state not older than the confirmed one; it is confirmed now. */
        void check(T found) {
            for (int i = states.size() - 1; i >= confirmed; i--) {
                if (states.get(i).equals(found)) {
                    states.subList(i + 1, states.size()).clear();
                    confirmed = i;
                    return;
                }
            }
            assertEquals(states.get(confirmed), found, name);
        }
    }

    /** What a group's log can be found as. */
    record State(
            HardState hardState,
            long prefix,
            long prefixTerm,
            List<LogEntry> entries,
            boolean rebuilding,
            boolean destroyed) {
        static final State NEW = new State(HardState.INITIAL, 0, 0, List.of(), false, false);

        static final State DESTROYED = new State(HardState.INITIAL, 0, 0, List.of(), false, true);

        long last() {
            return prefix + entries.size();
        }

        State with(HardState now) {
            return new State(now, prefix, prefixTerm, entries, rebuilding, false);
        }

        State truncated(long from) {
            List<LogEntry> kept = entries.subList(0, (int) (from - prefix - 1));
            return new State(hardState, prefix, prefixTerm, kept, rebuilding, false);
        }

        State plus(LogEntry entry) {
            List<LogEntry> longer = new ArrayList<>(entries);
            longer.add(entry);
            return new State(hardState, prefix, prefixTerm, longer, rebuilding, false);
        }

        State compacted(long index) {
            int count = (int) (index - prefix);
            long term = entries.get(count - 1).term();
            List<LogEntry> kept = entries.subList(count, entries.size());
            return new State(hardState, index, term, kept, rebuilding, false);
        }

        State reset(long index, long term) {
            return new State(hardState, index, term, List.of(), rebuilding, false);
        }
    }

    /** One group: its log record by record, and its snapshots. */
    static final class Group extends History<State> {
        final History<Optional<SnapshotInfo>> snapshots;
        private final Map<SnapshotInfo, byte[]> contents = new HashMap<>();

        Group(String group) {
            super(group, State.NEW);
            snapshots = new History<>("snapshots of " + group, Optional.empty());
        }

        void append(TestLog log, @Nullable HardState hardState, List<LogEntry> entries) {
            if (hardState != null) {
                begin(last().with(hardState));
            }
            if (!entries.isEmpty() && entries.get(0).index() <= last().last()) {
                begin(last().truncated(entries.get(0).index()));
            }
            entries.forEach(entry -> begin(last().plus(entry)));
            confirmIf(log.await(log.start(hardState, entries)), log);
        }

        void reset(TestLog log, @Nullable HardState hardState, long index, long term) {
            if (hardState != null) {
                begin(last().with(hardState));
            }
            begin(last().reset(index, term));
            confirmIf(log.await(log.startReset(hardState, index, term)), log);
        }

        void compact(TestLog log, long index) {
            begin(last().compacted(index));
            log.log.compact(index);
        }

        void rebuilt(TestLog log) {
            State s = last();
            begin(new State(s.hardState, s.prefix, s.prefixTerm, s.entries, false, false));
            log.log.rebuilt();
        }

        TestLog rebuild(SegmentLogStore store) {
            begin(new State(last().hardState, 0, 0, List.of(), true, false));
            snapshots.begin(Optional.empty());
            TestLog log = TestLog.openForRebuild(store, name);
            confirm();
            snapshots.confirm();
            return log;
        }

        void destroy(SegmentLogStore store) {
            begin(State.DESTROYED);
            snapshots.begin(Optional.empty());
            store.destroy(GroupId.of(name));
            confirm();
            snapshots.confirm();
        }

        /** Takes a snapshot; its content tells its index. */
        void snapshot(TestLog log, long index, int bytes) {
            byte[] content = begunSnapshot(index, bytes);
            Snapshots.take(log.log.snapshots(), index, content);
            snapshots.confirm();
        }

        /** Receives a snapshot in two attempts, the first of which ends in the middle. */
        void receive(TestLog log, long index, int bytes) {
            byte[] content = begunSnapshot(index, bytes);
            SnapshotInfo info = Snapshots.info(index, content);
            try (SnapshotSink sink = log.log.snapshots().receive(info)) {
                sink.write(ByteBuffer.wrap(content, 0, bytes / 2));
            }
            Snapshots.receive(log.log.snapshots(), info, content);
            snapshots.confirm();
        }

        private byte[] begunSnapshot(long index, int bytes) {
            byte[] content = Snapshots.content(index, bytes);
            SnapshotInfo info = Snapshots.info(index, content);
            contents.put(info, content);
            snapshots.begin(Optional.of(info));
            return content;
        }

        private void confirmIf(boolean done, TestLog log) {
            if (!done) {
                throw new StoreException("the write failed", log.failure());
            }
            confirm();
        }

        private void check(SegmentLogStore store) {
            GroupId id = GroupId.of(name);
            if (!store.groups().contains(id) && states.stream().anyMatch(State::destroyed)) {
                check(isTombstone(store) ? State.DESTROYED : State.NEW);
                return;
            }
            try (var log = TestLog.open(store, name)) {
                long prefix = log.log.firstIndex() - 1;
                check(
                        new State(
                                log.log.hardState(),
                                prefix,
                                log.log.term(prefix),
                                log.all(),
                                log.log.rebuilding(),
                                false));
                Optional<SnapshotInfo> latest = log.log.snapshots().latest();
                snapshots.check(latest);
                latest.ifPresent(info -> checkContent(log, info));
            }
        }

        private boolean isTombstone(SegmentLogStore store) {
            try {
                TestLog.open(store, name).close();
                return false;
            } catch (IllegalStateException e) {
                return true;
            }
        }

        private void checkContent(TestLog log, SnapshotInfo info) {
            byte[] content = new byte[(int) info.bytes()];
            try (SnapshotFile file = log.log.snapshots().open()) {
                file.read(0, ByteBuffer.wrap(content));
            }
            assertArrayEquals(contents.get(info), content, "snapshot of " + name);
        }

        private Group copy() {
            Group copy = new Group(name);
            copyInto(this, copy);
            copyInto(snapshots, copy.snapshots);
            copy.contents.putAll(contents);
            return copy;
        }
    }

    private static <T> void copyInto(History<T> from, History<T> to) {
        to.states.clear();
        to.states.addAll(from.states);
        to.confirmed = from.confirmed;
    }

    Group of(String group) {
        return groups.computeIfAbsent(group, Group::new);
    }

    void adoptCluster(SegmentLogStore store, String clusterId) {
        cluster.begin(clusterId);
        store.adoptCluster(clusterId);
        cluster.confirm();
    }

    void rememberPeer(SegmentLogStore store, NodeId peer, StoreId id) {
        Map<NodeId, StoreId> more = new HashMap<>(peers.last());
        more.put(peer, id);
        peers.begin(more);
        store.rememberPeer(peer, id);
        peers.confirm();
    }

    /** The store is open: from now on it must not be taken for a new one. */
    void opened(SegmentLogStore store) {
        storeId.begin(store.identity().store());
        storeId.confirm();
    }

    StoreModel copy() {
        StoreModel copy = new StoreModel();
        copyInto(peers, copy.peers);
        copyInto(cluster, copy.cluster);
        copyInto(storeId, copy.storeId);
        groups.forEach((name, group) -> copy.groups.put(name, group.copy()));
        return copy;
    }

    /** How much is confirmed now, to be asked by any thread. */
    Map<String, Integer> confirmed() {
        Map<String, Integer> confirmed = new HashMap<>();
        for (History<?> history : histories()) {
            confirmed.put(history.name, history.confirmed);
        }
        return confirmed;
    }

    /** The same, when less was confirmed. */
    StoreModel asOf(Map<String, Integer> confirmed) {
        StoreModel copy = copy();
        for (History<?> history : copy.histories()) {
            history.confirmed = confirmed.getOrDefault(history.name, 0);
        }
        return copy;
    }

    private List<History<?>> histories() {
        List<History<?>> all = new ArrayList<>(List.of(peers, cluster, storeId));
        for (Group group : groups.values()) {
            all.add(group);
            all.add(group.snapshots);
        }
        return all;
    }

    /** Checks all promises of an open store. */
    void check(SegmentLogStore store) {
        StoreIdentity identity = store.identity();
        cluster.check(identity.clusterId());
        peers.check(store.knownPeers());
        if (storeId.confirmed > 0) {
            assertEquals(storeId.last(), identity.store(), "a store that was in use is not new");
        }
        groups.values().forEach(group -> group.check(store));
    }

    /** And that life goes on: compaction finds its way, and what is written is there. */
    void checkAndGoOn(SegmentLogStore store) throws IOException {
        check(store);
        store.compactNow();
        check(store);
        for (Group group : groups.values()) {
            if (!group.last().destroyed()) {
                try (var log = TestLog.open(store, group.name)) {
                    long next = group.last().last() + 1;
                    HardState hardState = new HardState(1_000_000, null);
                    group.append(log, hardState, TestLog.entries(next, next, 1_000_000, 100));
                }
            }
        }
        check(store);
        assertTrue(store.entryBytesMax() > 0);
    }
}
