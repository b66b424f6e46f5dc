package io.jangada.raft.spi;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Membership;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A recovery from the loss of a majority on one survivor, see {@link StoreTools#recover}.
 *
 * @param before whose folder it is, with the cluster id of before
 * @param clusterId the new cluster id
 * @param groups what happens to each group, in the order of their names
 */
public record RecoveryPlan(StoreIdentity before, String clusterId, List<Group> groups) {
    /** Checks that nothing is missing. */
    public RecoveryPlan {
        Objects.requireNonNull(before, "before");
        Objects.requireNonNull(clusterId, "clusterId");
        groups = List.copyOf(groups);
    }

    /**
     * One group.
     *
     * @param group its name
     * @param before its latest configuration so far
     * @param after the new one; empty if the group is left as it is
     * @param index where the new configuration stands in the log; 0 if there is none
     * @param term the term of that entry; 0 if there is none
     * @param text what happens and why, one sentence
     */
    public record Group(
            GroupId group,
            Membership before,
            Optional<Membership> after,
            long index,
            long term,
            String text) {
        /** Checks that nothing is missing. */
        public Group {
            Objects.requireNonNull(group, "group");
            Objects.requireNonNull(before, "before");
            Objects.requireNonNull(after, "after");
            Objects.requireNonNull(text, "text");
        }
    }
}
