package io.jangada.raft.impl.runtime;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * When the groups of a loop want to be ticked, the earliest first. A group that wants nothing costs
 * nothing, and one whose deadline moves away, as that of a follower does with every heartbeat,
 * costs nothing either: it stays where it is, and is looked at again when that time has come.
 */
final class Deadlines {
    /** A group in the queue. */
    static final class Place implements Comparable<Place> {
        private final GroupDriver group;
        private final long nanos;

        private Place(GroupDriver group, long nanos) {
            this.group = group;
            this.nanos = nanos;
        }

        /** Equal times in the order of joining, so that a run can be repeated. */
        @Override
        public int compareTo(Place other) {
            int order = Long.compare(nanos, other.nanos);
            return order != 0 ? order : Long.compare(group.number, other.group.number);
        }
    }

    private final PriorityQueue<Place> places = new PriorityQueue<>();
    private long joined;

    void add(GroupDriver group) {
        group.number = ++joined;
    }

    void remove(GroupDriver group) {
        places.removeIf(place -> place.group == group);
        group.number = 0;
        group.place = null;
    }

    /** The group's deadline may have changed. */
    void changed(GroupDriver group) {
        long nanos = group.nextDeadlineNanos();
        Place place = group.place;
        boolean earlier = place == null || nanos < place.nanos;
        if (group.number != 0 && nanos != Long.MAX_VALUE && earlier) {
            group.place = new Place(group, nanos);
            places.add(group.place);
        }
    }

    /** Takes out a group whose time has come; null if there is none. */
    @Nullable GroupDriver takeDue(long nowNanos) {
        for (Place first = places.peek();
                first != null && first.nanos <= nowNanos;
                first = places.peek()) {
            places.remove();
            GroupDriver group = first.group;
            if (group.place == first) {
                group.place = null;
                if (group.nextDeadlineNanos() <= nowNanos) {
                    return group;
                }
                changed(group);
            }
        }
        return null;
    }

    /** When to look again at the latest; {@link Long#MAX_VALUE} if nobody wants anything. */
    long nextNanos() {
        Place first = places.peek();
        return first == null ? Long.MAX_VALUE : first.nanos;
    }
}
