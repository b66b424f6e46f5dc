package io.jangada.raft.spi;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Membership;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a data folder holds, for somebody who has to decide what can be saved.
 *
 * @param identity cluster, node and store
 * @param generation 1, and one more for each recovery from a lost majority
 * @param groups the groups in the order of their names, without destroyed ones
 */
public record StoreSummary(StoreIdentity identity, int generation, List<Group> groups) {
    /** Checks that nothing is missing. */
    public StoreSummary {
        Objects.requireNonNull(identity, "identity");
        groups = List.copyOf(groups);
    }

    /**
     * One group. Of two survivors the one with the higher last term has the longer log, and of
     * equal terms the one with the higher last index.
     *
     * @param group its name
     * @param hardState the current term and the vote in it
     * @param firstIndex where the log begins; what was before is in the snapshot
     * @param lastIndex the last entry, in the log or in the snapshot
     * @param lastTerm its term
     * @param committedAtLeast up to here entries are known to be committed; whether those above are
     *     is not written down anywhere on a node
     * @param snapshot the newest snapshot
     * @param membershipIndex where the latest configuration stands, 0 if there is none
     * @param membership the latest configuration, committed or not
     * @param problem why this copy cannot be trusted, in words; empty if it can
     */
    public record Group(
            GroupId group,
            HardState hardState,
            long firstIndex,
            long lastIndex,
            long lastTerm,
            long committedAtLeast,
            Optional<SnapshotInfo> snapshot,
            long membershipIndex,
            Membership membership,
            Optional<String> problem) {
        /** Checks that nothing is missing. */
        public Group {
            Objects.requireNonNull(group, "group");
            Objects.requireNonNull(hardState, "hardState");
            Objects.requireNonNull(snapshot, "snapshot");
            Objects.requireNonNull(membership, "membership");
            Objects.requireNonNull(problem, "problem");
        }
    }
}
