package io.jangada.raft.impl.runtime;

import java.util.IdentityHashMap;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * When the groups of a loop want to be ticked, the earliest first. A group that wants nothing costs
 * nothing, and one whose deadline moves away, as that of a follower does with every heartbeat,
 * costs nothing either: it stays where it is, and is looked at again when that time has come.
 */
final class Deadlines {
    /** A group, and where it stands in the queue. */
    private static final class Member {
        private final GroupDriver group;
        private final long number;

        /** The earliest of its places, which alone counts. */
        private @Nullable Place place;

        Member(GroupDriver group, long number) {
            this.group = group;
            this.number = number;
        }
    }

    private static final class Place implements Comparable<Place> {
        private final Member member;
        private final long nanos;

        Place(Member member, long nanos) {
            this.member = member;
            this.nanos = nanos;
        }

        /** Equal times in the order of joining, so that a run can be repeated. */
        @Override
        public int compareTo(Place other) {
            int order = Long.compare(nanos, other.nanos);
            return order != 0 ? order : Long.compare(member.number, other.member.number);
        }
    }

    private final IdentityHashMap<GroupDriver, Member> members = new IdentityHashMap<>();
    private final PriorityQueue<Place> places = new PriorityQueue<>();
    private long joined;

    void add(GroupDriver group) {
        members.put(group, new Member(group, ++joined));
    }

    void remove(GroupDriver group) {
        members.remove(group);
        places.removeIf(place -> place.member.group == group);
    }

    /** The group's deadline may have changed. */
    void changed(GroupDriver group) {
        Member member = members.get(group);
        if (member != null) {
            changed(member);
        }
    }

    private void changed(Member member) {
        long nanos = member.group.nextDeadlineNanos();
        Place place = member.place;
        if (nanos != Long.MAX_VALUE && (place == null || nanos < place.nanos)) {
            member.place = new Place(member, nanos);
            places.add(member.place);
        }
    }

    /** Takes out a group whose time has come; null if there is none. */
    @Nullable GroupDriver takeDue(long nowNanos) {
        for (Place first = places.peek();
                first != null && first.nanos <= nowNanos;
                first = places.peek()) {
            places.remove();
            Member member = first.member;
            if (member.place == first) {
                member.place = null;
                if (member.group.nextDeadlineNanos() <= nowNanos) {
                    return member.group;
                }
                changed(member);
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
