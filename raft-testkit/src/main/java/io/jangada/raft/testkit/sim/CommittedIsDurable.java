package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.CoreStatus;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * I7: when an entry is first known to be committed, a quorum has it on its disks, in the log or in
 * a snapshot: a quorum of the configuration in force at the entry, or of a later one in the log. A
 * disk that was lost since counts, for it had acknowledged the entry.
 */
final class CommittedIsDurable extends Invariant {
    private final DurableEntries entries;

    CommittedIsDurable(Invariants all) {
        super(all, "I7 committed is durable");
        this.entries = all.durableEntries();
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        GroupImage log = node.log();
        long index = now.commitIndex();
        if (log == null || index <= record().commitIndex() || !log.has(index)) {
            return;
        }
        Set<NodeId> holders = new TreeSet<>();
        for (SimNode each : nodes()) {
            boolean inSnapshot = each.disk().durableSnapshot(SimCluster.GROUP) >= index;
            if (inSnapshot || entries.hasOrLost(each, index, log.prefixHash(index))) {
                holders.add(each.id());
            }
        }
        Membership then = log.membershipAt(index);
        check(
                isQuorum(holders, then) || isQuorum(holders, now.membership()),
                "%s takes index %d for committed in term %d, but only the disks of %s have it, of"
                        + " the configuration '%s', now '%s'",
                node,
                index,
                now.currentTerm(),
                holders,
                then,
                now.membership());
    }

    private static boolean isQuorum(Collection<NodeId> holders, Membership membership) {
        return isQuorum(holders, membership.voters()) && isQuorum(holders, membership.outgoing());
    }

    private static boolean isQuorum(Collection<NodeId> holders, Map<NodeId, Member> voters) {
        long count = voters.keySet().stream().filter(holders::contains).count();
        return voters.isEmpty() || count > voters.size() / 2;
    }
}
