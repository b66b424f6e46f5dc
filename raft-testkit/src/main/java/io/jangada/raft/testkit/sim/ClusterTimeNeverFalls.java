package io.jangada.raft.testkit.sim;

import io.jangada.raft.spi.LogEntry;

/**
 * Z43: the cluster's time, which travels in the entries and expires sessions, never falls along a
 * log, whoever leads.
 */
final class ClusterTimeNeverFalls extends Invariant {
    ClusterTimeNeverFalls(Invariants all) {
        super(all, "Z43 cluster time never falls");
    }

    @Override
    void onAppend(SimNode node, GroupImage log, DiskRecord change) {
        if (!(change instanceof DiskRecord.Entry appended)) {
            return;
        }
        LogEntry entry = appended.entry();
        long last = entry.index() - 1;
        long before =
                log.has(last) ? log.entry(last).clusterTimeMillis() : record().committedTime(last);
        check(
                entry.clusterTimeMillis() >= before,
                "on %s entry %d of term %d has cluster time %d ms, and the one before it has %d ms",
                node,
                entry.index(),
                entry.term(),
                entry.clusterTimeMillis(),
                before);
    }
}
