package io.jangada.raft.impl.runtime;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * When the groups of a loop want to be ticked, the earliest first. A group that wants nothing costs
 * nothing, and one whose deadline moves away, as that of a follower does with every heartbeat,
 * costs nothing either: it stays where it is, and is looked at again when that time has come.
 */
final class Deadlines {
    /** A group's place in the queue. Of several only the latest counts, which is the earliest. */
    private static final class Place implements Comparable<Place> {
        private final GroupDriver group;
        private final long number;
        private final long nanos;

        Place(GroupDriver group, long number, long nanos) {
            this.group = group;
            this.number = number;
            this.nanos = nanos;
        }

        /** Equal times in the order of joining, so that a run can be repeated. */
        @Override
        public int compareTo(Place other) {
            int order = Long.compare(nanos, other.nanos);
            return order != 0 ? order : Long.compare(number, other.number);
        }
    }

    /** What is known of a group. */
    private static final class Member {
        private final long number;
        private @Nullable Place place;

        Member(long number) {
            this.number = number;
        }
    }

    private final Map<GroupDriver, Member> members = new IdentityHashMap<>();
    private final PriorityQueue<Place> places = new PriorityQueue<>();
    private long joined;

    void add(GroupDriver group) {
        members.put(group, new Member(++joined));
    }

    void remove(GroupDriver group) {
        members.remove(group);
        places.removeIf(place -> place.group == group);
    }

    /** The group's deadline may have changed. */
    void changed(GroupDriver group) {
        Member member = members.get(group);
        if (member == null) {
            return;
        }
        long nanos = group.nextDeadlineNanos();
        Place place = member.place;
        if (nanos != Long.MAX_VALUE && (place == null || nanos < place.nanos)) {
            member.place = new Place(group, member.number, nanos);
            places.add(member.place);
        }
    }

    /** Takes out a group whose time has come; null if there is none. */
    @Nullable GroupDriver takeDue(long nowNanos) {
        while (!places.isEmpty() && places.peek().nanos <= nowNanos) {
            Place place = places.remove();
            if (isCurrent(place)) {
                members.get(place.group).place = null;
                if (place.group.nextDeadlineNanos() <= nowNanos) {
                    return place.group;
                }
                changed(place.group);
            }
        }
        return null;
    }

    private boolean isCurrent(Place place) {
        Member member = members.get(place.group);
        return member != null && member.place == place;
    }

    /** When to look again at the latest; {@link Long#MAX_VALUE} if nobody wants anything. */
    long nextNanos() {
        return places.isEmpty() ? Long.MAX_VALUE : places.peek().nanos;
    }
}
