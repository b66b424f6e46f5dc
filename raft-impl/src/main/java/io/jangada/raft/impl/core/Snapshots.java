package io.jangada.raft.impl.core;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshot;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
import io.jangada.raft.impl.core.Message.InstallStatus;
import io.jangada.raft.impl.core.Ready.Fetch;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of one node (paper §7): the newest one it has, and the one it is fetching. Outlives
 * roles: a fetch goes on under a new leader that offers the same snapshot.
 *
 * <p>The decision to install travels with the other messages and is taken here, against what is
 * committed at that moment; the lane that moves the content decides nothing (Z35).
 */
final class Snapshots {
    private final RaftCore core;
    private final RaftLog log;
    private @Nullable SnapshotInfo latest;
    private @Nullable Fetch fetch;

    /** The term in which the fetch was last asked for: its leader never offers an older one. */
    private long fetchTerm;

    private long fetchedBytes;

    Snapshots(RaftCore core, RaftLog log, @Nullable SnapshotInfo latest) {
        this.core = core;
        this.log = log;
        this.latest = latest;
    }

    /** The newest snapshot that is durable here. */
    @Nullable SnapshotInfo latest() {
        return latest;
    }

    /** The newest snapshot, which must hold everything up to an index. */
    SnapshotInfo holding(long index) {
        InvariantViolation.check(
                latestIndex() >= index,
                "only what a snapshot holds may leave the log (snapshot, last index gone)",
                latestIndex(),
                index);
        return Objects.requireNonNull(latest);
    }

    long latestIndex() {
        return latest == null ? 0 : latest.meta().index();
    }

    /** What the runtime says of snapshots. */
    void take(Input input) {
        if (input instanceof Input.SnapshotSaved saved) {
            onSaved(saved.info());
        } else if (input instanceof Input.SnapshotProgress progress) {
            onProgress(progress.info(), progress.bytes());
        } else if (input instanceof Input.SnapshotReceived received) {
            onReceived(received.info());
        } else if (input instanceof Input.SnapshotFailed failed) {
            onFailed(failed.info());
        } else {
            throw new AssertionError("no handler for " + input);
        }
    }

    /** A snapshot of this node's own state is durable. */
    private void onSaved(SnapshotInfo info) {
        long index = info.meta().index();
        InvariantViolation.check(
                index <= core.commitIndex(),
                "a snapshot holds only what is committed (snapshot, commit)",
                index,
                core.commitIndex());
        remember(info);
    }

    private void remember(SnapshotInfo info) {
        if (info.meta().index() > latestIndex()) {
            latest = info;
        }
    }

    /** The leader of this term offers a snapshot. */
    void onInstallSnapshot(NodeId from, Follower follower, InstallSnapshot message) {
        SnapshotInfo offer = message.info();
        long index = offer.meta().index();
        if (index <= core.commitIndex()) {
            follower.matchedTo(core.commitIndex()); // The leader has all that is committed.
            answer(from, core.commitIndex(), InstallStatus.REFUSED);
        } else if (log.matches(index, offer.meta().term())) {
            follower.matchedTo(index);
            core.commitTo(index);
            core.sendAfterEntries(
                    from, AppendEntriesResponse.accepted(core.currentTerm(), index), index);
        } else {
            fetch(from, offer);
        }
    }

    /**
     * Begins to fetch, or goes on. Only an offer that is late, of the same leader, is ignored; a
     * new leader may have nothing but an older snapshot.
     */
    private void fetch(NodeId from, SnapshotInfo offer) {
        Fetch current = fetch;
        boolean sameLeader =
                current != null && fetchTerm == core.currentTerm() && current.from().equals(from);
        if (current != null && sameLeader && offer.meta().index() < current.info().meta().index()) {
            return;
        }
        if (current == null || !current.info().equals(offer)) {
            fetchedBytes = 0;
        }
        Fetch next = new Fetch(from, offer);
        fetchTerm = core.currentTerm();
        if (!next.equals(current)) {
            fetch = next;
            core.fetch(next);
        }
        core.sendAfterHardState(
                from,
                new InstallSnapshotResponse(
                        core.currentTerm(),
                        offer.meta().index(),
                        fetchedBytes,
                        InstallStatus.FETCHING));
    }

    private void onProgress(SnapshotInfo info, long bytes) {
        if (isFetching(info)) {
            fetchedBytes = bytes;
        }
    }

    /** The leader will offer one again; the runtime has let go of this one. */
    private void onFailed(SnapshotInfo info) {
        if (isFetching(info)) {
            fetch = null;
            NodeId leader = core.leader();
            if (leader != null && !leader.equals(core.self())) {
                answer(leader, info.meta().index(), InstallStatus.FAILED);
            }
        }
    }

    boolean isFetching() {
        return fetch != null;
    }

    private boolean isFetching(SnapshotInfo info) {
        return fetch != null && fetch.info().equals(info);
    }

    /**
     * A snapshot that a leader offered is durable here. It holds only what is committed, whoever
     * leads by now; whether it is still of use is decided now.
     */
    private void onReceived(SnapshotInfo info) {
        if (isFetching(info)) {
            fetch = null;
        }
        remember(info);
        SnapshotMeta meta = info.meta();
        if (meta.index() <= core.commitIndex() || core.leadsNow()) {
            return; // A leader's log holds it all, and its commit index will say so.
        }
        NodeId leader = core.leader();
        if (log.matches(meta.index(), meta.term())) {
            core.commitTo(meta.index());
            if (leader != null) {
                AppendEntriesResponse matches =
                        AppendEntriesResponse.accepted(core.currentTerm(), meta.index());
                core.sendAfterEntries(leader, matches, meta.index());
            }
            return;
        }
        core.install(info);
        if (leader != null) {
            answer(leader, meta.index(), InstallStatus.INSTALLED);
        }
    }

    /** States what is durable here: not before it is (I12). */
    private void answer(NodeId leader, long index, InstallStatus status) {
        InstallSnapshotResponse response =
                new InstallSnapshotResponse(core.currentTerm(), index, 0, status);
        if (status == InstallStatus.FAILED) {
            core.sendAfterHardState(leader, response);
        } else {
            core.sendAfterWrites(leader, response);
        }
    }
}
