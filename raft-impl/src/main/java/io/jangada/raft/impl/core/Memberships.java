package io.jangada.raft.impl.core;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotMeta;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The configurations in the snapshot and in the log. The latest one counts as soon as it is in the
 * log, committed or not (paper §6); when its entry is truncated, the one before it counts again
 * (Z40).
 */
final class Memberships {
    private record At(long index, Membership membership) {
        static final At NONE = new At(0, Membership.EMPTY);
    }

    private final NodeId self;

    /** Back to the newest one that is known to be committed. */
    private final Deque<At> newestFirst = new ArrayDeque<>();

    /** Whether this node belonged to the group at some time, as far as is known here. */
    private boolean wasMember;

    Memberships(NodeId self, List<LogEntry> membershipEntries, @Nullable SnapshotMeta snapshot) {
        this.self = self;
        if (snapshot != null) {
            add(snapshot.membershipIndex(), snapshot.membership());
        }
        long known = latestIndex();
        for (LogEntry entry : membershipEntries) {
            if (entry.index() > known) {
                appended(entry);
            }
        }
    }

    /** The configuration in force. */
    Membership latest() {
        return newest().membership();
    }

    /** Where the configuration in force stands in the log; 0 if there is none. */
    long latestIndex() {
        return newest().index();
    }

    private At newest() {
        At newest = newestFirst.peekFirst();
        return newest == null ? At.NONE : newest;
    }

    /** The newest committed configuration. */
    Membership committed(long commitIndex) {
        return committedAt(commitIndex).membership();
    }

    /** Where the newest committed configuration stands in the log; 0 if there is none. */
    long committedIndex(long commitIndex) {
        return committedAt(commitIndex).index();
    }

    private At committedAt(long commitIndex) {
        for (At each : newestFirst) {
            if (each.index() <= commitIndex) {
                return each;
            }
        }
        return At.NONE;
    }

    /**
     * Whether this node may be needed as a leader: it votes in the latest configuration, or in one
     * before it that may still count, since the latest is not known to be committed. It may be the
     * only one that has the latest; who stays behind in the joint configuration then needs its log,
     * so it has to stand for election (thesis §4.2.2).
     */
    boolean mayLead() {
        for (At each : newestFirst) {
            if (each.membership().isVoter(self)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether no configuration known here ever had another voter than this node, back to one that
     * is known to be committed: a snapshot's, or the one that founded the group.
     */
    boolean wasAlwaysOnlyVoter() {
        for (At each : newestFirst) {
            Set<NodeId> voters = new TreeSet<>(each.membership().voters().keySet());
            voters.addAll(each.membership().outgoing().keySet());
            if (!voters.equals(Set.of(self))) {
                return false;
            }
        }
        return !newestFirst.isEmpty();
    }

    /** Whether this node belonged to the group once and a committed configuration ended that. */
    boolean hasLeft(long commitIndex) {
        return wasMember
                && latest().member(self).isEmpty()
                && committed(commitIndex).member(self).isEmpty();
    }

    void appended(LogEntry entry) {
        if (entry.type() == EntryType.MEMBERSHIP) {
            String text = new String(entry.payload(), StandardCharsets.UTF_8);
            add(entry.index(), Membership.parse(text));
        }
    }

    private void add(long index, Membership membership) {
        newestFirst.addFirst(new At(index, membership));
        wasMember |= membership.member(self).isPresent();
    }

    /** The log begins anew behind a snapshot. */
    void reset(SnapshotMeta snapshot) {
        newestFirst.clear();
        add(snapshot.membershipIndex(), snapshot.membership());
    }

    /** Entries from an index on are gone. */
    void truncatedFrom(long index) {
        while (!newestFirst.isEmpty() && newestFirst.getFirst().index() >= index) {
            newestFirst.removeFirst();
        }
    }

    /** Older configurations cannot come back once a newer one is committed. */
    void committedTo(long commitIndex) {
        Iterator<At> each = newestFirst.iterator();
        while (each.hasNext() && each.next().index() > commitIndex) {
            // Not committed yet: what is older may still be needed.
        }
        while (each.hasNext()) {
            each.next();
            each.remove();
        }
    }
}
