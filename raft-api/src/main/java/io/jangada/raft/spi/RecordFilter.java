package io.jangada.raft.spi;

import io.jangada.raft.api.GroupId;
import java.util.Objects;
import java.util.Optional;

/**
 * Which records {@link StoreTools#records} tells of. With a range of indexes, records that have no
 * index are left out; damaged places are always told.
 *
 * @param from the lowest index, 0 for no bound
 * @param to the highest index, {@link Long#MAX_VALUE} for no bound
 * @param group the group, or empty for all
 */
public record RecordFilter(long from, long to, Optional<GroupId> group) {
    /** Everything. */
    public static final RecordFilter ALL = new RecordFilter(0, Long.MAX_VALUE, Optional.empty());

    /** Checks the range. */
    public RecordFilter {
        Objects.requireNonNull(group, "group");
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("there are no indexes from " + from + " to " + to);
        }
    }

    /**
     * Whether indexes matter.
     *
     * @return true if either bound is set
     */
    public boolean hasRange() {
        return from > 0 || to < Long.MAX_VALUE;
    }
}
