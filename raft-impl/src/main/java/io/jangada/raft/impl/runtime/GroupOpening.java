package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Membership;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.SuspectGroupException;
import io.jangada.raft.spi.WriteListener;

/** Opens a group's log, also where this copy of it is damaged. */
final class GroupOpening {
    private GroupOpening() {}

    /**
     * Opens the log. A damaged one is emptied and made good from the peers if its hard state is
     * intact and there are peers: such a node knows what it promised, and the core sees to it that
     * it counts for nothing until it has again what it may have acknowledged.
     *
     * @throws SuspectGroupException if that is not possible; says what to do
     */
    static GroupLog open(
            LogStore store, GroupId group, WriteListener listener, Membership members) {
        try {
            return store.open(group, listener);
        } catch (SuspectGroupException e) {
            if (!e.hardStateIntact()) {
                throw refusal(
                        e,
                        "its term and vote may be lost too, so remove this node from the group and"
                                + " add it back under a new node id with an empty data folder");
            }
            if (members.voters().size() < 2 && store.knownPeers().isEmpty()) {
                throw refusal(e, "there is no other voter to make it good from; restore a backup");
            }
            return store.openForRebuild(group, listener);
        }
    }

    private static SuspectGroupException refusal(SuspectGroupException cause, String whatToDo) {
        SuspectGroupException refusal =
                new SuspectGroupException(
                        cause.getMessage() + "; " + whatToDo, cause.hardStateIntact());
        refusal.addSuppressed(cause);
        return refusal;
    }

    /**
     * What the state machine and the snapshot know must reach the beginning of the log, and a
     * machine that is durable by itself knows nothing that the log and the snapshot do not.
     *
     * @param state where the machine stands
     * @param snapshot where the snapshot stands, 0 without one
     */
    static void checkNoGap(GroupId group, GroupLog log, long state, long snapshot) {
        if (state > Math.max(snapshot, log.lastIndex())) {
            throw new StoreException(
                    "the state machine of group "
                            + group
                            + " has recovered a checkpoint of index "
                            + state
                            + ", but the log ends at index "
                            + log.lastIndex()
                            + ": they do not belong together, or the log has lost entries; remove"
                            + " this node from the group and add it back under a new node id",
                    null);
        }
        long known = Math.max(state, snapshot);
        if (known < log.firstIndex() - 1) {
            throw new StoreException(
                    "the log of group "
                            + group
                            + " begins at index "
                            + log.firstIndex()
                            + ", but its snapshot and state machine reach only to index "
                            + known
                            + ": put the snapshot back, or remove this node from the group and add"
                            + " it back under a new node id",
                    null);
        }
    }
}
