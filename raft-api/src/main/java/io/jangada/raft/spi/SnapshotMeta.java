package io.jangada.raft.spi;

import io.jangada.raft.api.Membership;
import java.util.Objects;

/**
 * What a snapshot stands for: everything up to one entry (paper §7, Figure 13).
 *
 * @param index the last entry that it holds
 * @param term that entry's term
 * @param clusterTimeMillis that entry's cluster time
 * @param membershipIndex where the configuration in force at {@code index} stands in the log
 * @param membership that configuration, perhaps a joint one
 */
public record SnapshotMeta(
        long index,
        long term,
        long clusterTimeMillis,
        long membershipIndex,
        Membership membership) {
    /** Checks the relations. */
    public SnapshotMeta {
        Objects.requireNonNull(membership, "membership");
        if (index < 1 || term < 0 || membershipIndex < 0 || membershipIndex > index) {
            throw new IllegalArgumentException(
                    "no snapshot is at index "
                            + index
                            + ", term "
                            + term
                            + ", with a configuration of index "
                            + membershipIndex);
        }
    }
}
