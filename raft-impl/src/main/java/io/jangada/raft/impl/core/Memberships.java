package io.jangada.raft.impl.core;

import io.jangada.raft.api.Membership;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * The configurations in the log. The latest one counts as soon as it is in the log, committed or
 * not (paper §6); when its entry is truncated, the one before it counts again (Z40).
 */
final class Memberships {
    private record At(long index, Membership membership) {}

    private final Deque<At> newestFirst = new ArrayDeque<>();

    Memberships(List<LogEntry> membershipEntries) {
        membershipEntries.forEach(this::appended);
    }

    /** The configuration in force. */
    Membership latest() {
        At newest = newestFirst.peekFirst();
        return newest == null ? Membership.EMPTY : newest.membership();
    }

    void appended(LogEntry entry) {
        if (entry.type() == EntryType.MEMBERSHIP) {
            String text = new String(entry.payload(), StandardCharsets.UTF_8);
            newestFirst.addFirst(new At(entry.index(), Membership.parse(text)));
        }
    }

    /** Entries from an index on are gone. */
    void truncatedFrom(long index) {
        while (!newestFirst.isEmpty() && newestFirst.getFirst().index() >= index) {
            newestFirst.removeFirst();
        }
    }

    /** Older configurations cannot come back once a newer one is committed. */
    void committed(long commitIndex) {
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
