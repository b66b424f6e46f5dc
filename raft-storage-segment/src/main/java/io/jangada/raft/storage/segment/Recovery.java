package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a folder holds, and prepares it for writing in a new segment (rules Z29, Z31).
 *
 * <p>A hole is a range of store sequences without records. It is
 *
 * <ul>
 *   <li>a deleted segment, if it lies before the last recovery record and that does not list it;
 *   <li>a damage, if some record names a sequence in it as durable: then nothing is cut, groups
 *       whose continuity is not proven are suspect, and the others go on;
 *   <li>a torn tail otherwise: power was lost before a sync had returned, pages were written in any
 *       order, and nobody was told of what they held. The log is cut there, once and for all.
 * </ul>
 */
final class Recovery {
    private static final Logger LOG = System.getLogger(Recovery.class.getPackageName());

    private final SegmentFiles files;
    private final StoreId store;
    private final List<Segment> segments;
    private final List<Hole> damages = new ArrayList<>();
    private Replay replay;
    private long durableSequence;

    private Recovery(SegmentFiles files, StoreId store) throws IOException {
        this.files = files;
        this.store = store;
        this.segments = files.list();
        this.replay = new Replay(store, Long.MAX_VALUE);
    }

    /**
     * Reads everything. Writes nothing to the folder.
     *
     * @throws StoreException if there is nothing that could be trusted
     */
    static Recovery read(SegmentFiles files, StoreId store) throws IOException {
        Recovery recovery = new Recovery(files, store);
        recovery.replayAll();
        if (recovery.replay.checkpointAt == 0) {
            throw new StoreException(
                    ("%s belongs to a store but holds no readable segment: its log was deleted or"
                                    + " damaged; start this node under a new id with an empty folder, and never"
                                    + " with an older copy of this one, which has forgotten votes")
                            .formatted(files.folder()),
                    null);
        }
        recovery.checkCurrent();
        recovery.judgeGroups();
        return recovery;
    }

    private void checkCurrent() throws IOException {
        int current = new CurrentFile(files.folder(), files.disk()).read();
        boolean found = segments.stream().anyMatch(s -> s.number >= current && s.recordCount > 0);
        if (!found) {
            throw new StoreException(
                    ("%s lost its newest segment, number %d: it was deleted or damaged as a whole;"
                                    + " start this node under a new id with an empty folder, and never with an"
                                    + " older copy of this one, which has forgotten votes")
                            .formatted(files.folder(), current),
                    null);
        }
    }

    /** For a store that is just being made. */
    static Recovery ofNothing(SegmentFiles files, StoreId store) throws IOException {
        return new Recovery(files, store);
    }

    private void replayAll() {
        replay.run(segments);
        long durable = replay.durableSequence;
        durableSequence = durable;
        for (Hole hole : replay.holes) {
            if (hole.last > durable) {
                // What the pass took in behind the cut must not count: once more, up to there.
                replay = new Replay(store, Math.max(hole.first - 1, durable));
                replay.run(segments);
                break;
            }
        }
        for (Hole hole : replay.holes) {
            if (!deletedOnPurpose(hole)) {
                damages.add(hole);
            }
        }
        if (durable > replay.lastSequence) {
            damages.add(tailHole(durable));
        }
    }

    /** Behind the last record kept there should be more, up to what a cut record named durable. */
    private Hole tailHole(long durable) {
        Segment last = segments.get(segments.size() - 1);
        return new Hole(replay.lastSequence + 1, durable, last.number, last.recordCount + 1);
    }

    private boolean deletedOnPurpose(Hole hole) {
        return hole.last < replay.neededBefore
                && replay.needed.stream().noneMatch(range -> range.overlaps(hole.first, hole.last));
    }

    private void judgeGroups() {
        for (Hole hole : damages) {
            for (String name : hole.groups) {
                GroupMark mark = group(name).state.mark;
                if (mark.rebuiltAt <= hole.last) {
                    mark.damaged("lost " + hole);
                }
            }
        }
        Hole lastDamage = damages.isEmpty() ? null : damages.get(damages.size() - 1);
        for (Replay.Group group : replay.groups.values()) {
            judge(group, lastDamage);
        }
        if (lastDamage != null) {
            replay.namesLost |= replay.checkpointAt < lastDamage.first;
            LOG.log(Level.ERROR, "{0} is damaged: it lost {1}", files.folder(), damages);
        }
        if (replay.peersDamaged || lastDamage != null && replay.peersProvenAt < lastDamage.first) {
            LOG.log(
                    Level.WARNING,
                    "{0}: store ids of peers may be lost; a peer that lost its disk may go unnoticed",
                    files.folder());
        }
    }

    private static void judge(Replay.Group group, @Nullable Hole lastDamage) {
        GroupMark mark = group.state.mark;
        if (mark.status == GroupMark.Status.DESTROYED) {
            return;
        }
        if (lastDamage != null && group.provenAt < lastDamage.first) {
            mark.damaged("may have lost " + lastDamage);
            mark.hardStateLost = true;
        }
        long missing = group.state.firstMissing();
        if (missing != 0) {
            mark.damaged("lost its entry " + missing);
        }
    }

    private Replay.Group group(String name) {
        Replay.Group group = replay.groups.get(name);
        if (group == null) {
            throw new IllegalStateException("group '" + name + "' was never told of");
        }
        return group;
    }

    Replay replay() {
        return replay;
    }

    /** What was confirmed once and is missing. */
    List<Hole> damages() {
        return damages;
    }

    /** The last record that is kept: what stands behind it is a torn tail. */
    long lastKept() {
        return replay.lastSequence;
    }

    /** The groups that cannot be trusted, and what each lost. */
    Map<GroupId, String> suspects() {
        Map<GroupId, String> suspects = new TreeMap<>();
        for (Replay.Group group : replay.groups.values()) {
            String damage = group.state.mark.damage;
            if (damage != null && group.state.mark.status != GroupMark.Status.DESTROYED) {
                suspects.put(group.state.group(), damage);
            }
        }
        return suspects;
    }

    /** The last store sequence that was ever promised or is kept: new ones begin above it. */
    long lastSequence() {
        return Math.max(replay.lastSequence, durableSequence);
    }

    /** The number for the next segment, above any that ever was in this folder. */
    int nextSegment() {
        return segments.isEmpty() ? 1 : segments.get(segments.size() - 1).number + 1;
    }

    /**
     * Makes durable what was kept and cuts what was not, so that the next recovery finds the same.
     * Segments get their closed names and become readable.
     */
    void secure() throws IOException {
        List<Segment> torn = new ArrayList<>();
        for (Segment segment : segments) {
            if (damages.isEmpty() && segment.recordCount == 0 && behindAllRecords(segment)) {
                files.disk().delete(segment.file);
                torn.add(segment);
                continue;
            }
            // A damaged segment without any record stays as it is, for whoever wants to look at it.
            if (segment.recordCount > 0) {
                if (!files.isClosed(segment) || segment.bytes.capacity() > segment.usedBytes) {
                    // What is behind was never confirmed, or is not there.
                    files.disk().cut(segment.file, segment.usedBytes);
                }
                files.readable(segment);
            }
            files.close(segment);
        }
        segments.removeAll(torn);
        files.disk().syncFolder(files.folder());
    }

    private boolean behindAllRecords(Segment segment) {
        return segments.stream()
                .noneMatch(other -> other.number > segment.number && other.recordCount > 0);
    }

    /**
     * The older segments, without those that hold nothing alive: the new opening's first record
     * does without them, and once it is durable {@link #deleteUnneeded} deletes them.
     */
    SegmentLedger ledger() {
        SegmentLedger ledger = new SegmentLedger();
        Set<Integer> dead = new HashSet<>();
        Set<Integer> live = liveSegments();
        for (Segment segment : segments) {
            if (segment.recordCount > 0) {
                ledger.add(segment.closed());
                if (!live.contains(segment.number)) {
                    dead.add(segment.number);
                }
            }
        }
        ledger.remove(ledger.droppable(dead));
        return ledger;
    }

    /** Deletes the segments that a durable recovery record does without. */
    void deleteUnneeded(SegmentLedger needed) throws IOException {
        Set<Integer> kept = new HashSet<>();
        needed.list().forEach(segment -> kept.add(segment.number()));
        boolean deleted = false;
        for (Segment segment : segments) {
            // One without records is an evidence, or nothing.
            boolean empty = segment.recordCount == 0 && segment.number > lastDamaged();
            if (empty || segment.recordCount > 0 && !kept.contains(segment.number)) {
                files.unmap(segment.number);
                files.disk().delete(files.closedFile(segment.number));
                deleted = true;
            }
        }
        if (deleted) {
            files.disk().syncFolder(files.folder());
        }
    }

    private Set<Integer> liveSegments() {
        Set<Integer> live = new HashSet<>();
        for (Replay.Group group : replay.groups.values()) {
            group.state.visitShares((segment, entries, bytes) -> live.add(segment));
        }
        int evidence = lastDamaged();
        segments.stream()
                .map(segment -> segment.number)
                .filter(n -> n <= evidence)
                .forEach(live::add);
        return live;
    }

    /**
     * The newest segment that lost something which a group still misses, or 0. Up to here all is
     * kept: somebody may want to repair it.
     */
    int lastDamaged() {
        boolean missed =
                replay.namesLost
                        || replay.groups.values().stream()
                                .anyMatch(
                                        group ->
                                                group.state.mark.status
                                                        == GroupMark.Status.SUSPECT);
        if (!missed || damages.isEmpty()) {
            return 0;
        }
        return damages.get(damages.size() - 1).segment;
    }
}
