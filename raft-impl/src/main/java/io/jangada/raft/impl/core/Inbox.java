package io.jangada.raft.impl.core;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Message.ForwardRefused;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshot;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
import io.jangada.raft.impl.core.Message.InstallStatus;
import io.jangada.raft.impl.core.Message.ReadIndexRequest;
import io.jangada.raft.impl.core.Message.ReadIndexResponse;
import io.jangada.raft.impl.core.Message.ReconfigureResponse;
import io.jangada.raft.impl.core.Message.RemovedNotice;
import io.jangada.raft.impl.core.Message.RequestVote;
import io.jangada.raft.impl.core.Message.RequestVoteResponse;
import io.jangada.raft.impl.core.Message.SignOfLife;
import io.jangada.raft.impl.core.Message.TimeoutNow;
import io.jangada.raft.impl.core.Message.TransferRequest;
import io.jangada.raft.impl.core.Reconfiguration.Asker;

/** Where messages come in: the rule of terms, which stands once, and who handles what. */
final class Inbox {
    private final RaftCore core;
    private final Voting voting;
    private final Snapshots snapshots;

    Inbox(RaftCore core, Voting voting, Snapshots snapshots) {
        this.core = core;
        this.voting = voting;
        this.snapshots = snapshots;
    }

    /**
     * Paper §5.1, the rule for all servers: a higher term makes a follower, a lower one is answered
     * with ours or ignored. Pre-votes and votes that the promise to a live leader refuses are the
     * exceptions: they move nobody (Z6, Z10, Z23).
     */
    void take(NodeId from, Message message) {
        if (message.term() > core.currentTerm() && !message.isPreVote()) {
            if (message instanceof RequestVote request && voting.isBoundToLeader(request)) {
                return;
            }
            core.becomeFollower(message.term(), message.isFromLeader() ? from : null);
        }
        if (message.term() < core.currentTerm()) {
            onStaleMessage(from, message);
        } else {
            dispatch(from, message);
        }
    }

    private void dispatch(NodeId from, Message message) {
        if (message instanceof AppendEntries append) {
            core.hear(from).onAppendEntries(from, append);
        } else if (message instanceof AppendEntriesResponse response) {
            if (core.role() instanceof Leader leader) {
                leader.onAppendEntriesResponse(from, response);
            }
        } else if (message instanceof Heartbeat heartbeat) {
            core.hear(from).onHeartbeat(from, heartbeat);
        } else if (message instanceof HeartbeatResponse response) {
            if (core.role() instanceof Leader leader) {
                leader.onHeartbeatResponse(from, response);
            }
        } else if (message instanceof RequestVote request) {
            voting.onRequestVote(from, request);
        } else if (message instanceof RequestVoteResponse response) {
            voting.onResponse(from, response);
        } else if (message instanceof InstallSnapshot install) {
            snapshots.onInstallSnapshot(from, core.hear(from), install);
        } else if (message instanceof InstallSnapshotResponse response) {
            if (core.role() instanceof Leader leader) {
                leader.onInstallSnapshotResponse(from, response);
            }
        } else if (message instanceof TimeoutNow timeoutNow) {
            voting.onTimeoutNow(from, timeoutNow);
        } else if (message instanceof ReadIndexResponse response) {
            if (core.role() instanceof Follower follower) {
                follower.onReadIndexResponse(response);
            }
        } else {
            onRequest(from, message);
        }
    }

    /** What may come from a node that lags a term behind, and is as good as in this one. */
    private void onRequest(NodeId from, Message message) {
        if (message instanceof ForwardProposal forwarded) {
            Refusal refusal =
                    core.role() instanceof Leader leader
                            ? leader.propose(from, forwarded)
                            : Refusal.NO_LEADER;
            if (refusal != null) {
                core.sendAfterHardState(
                        from,
                        new ForwardRefused(core.currentTerm(), forwarded.requestId(), refusal));
            }
        } else if (message instanceof ForwardRefused refused) {
            core.refusedByLeader(refused);
        } else if (message instanceof ReadIndexRequest request) {
            if (core.role() instanceof Leader leader) {
                leader.read(from, request.requestId());
            }
        } else if (message instanceof TransferRequest request) {
            if (core.role() instanceof Leader leader) {
                leader.transferTo(request.target());
            }
        } else if (message instanceof Message.Reconfigure wish) {
            if (core.role() instanceof Leader leader) {
                leader.reconfigure(new Asker(from, wish.requestId()), wish.change());
            }
        } else if (message instanceof ReconfigureResponse response) {
            core.changed(response.requestId(), response.refusal());
        } else if (message instanceof RemovedNotice notice) {
            voting.onRemovedNotice(notice);
        } else if (message instanceof SignOfLife) {
            return; // Between hosts; this node's took it.
        } else {
            throw new AssertionError("no handler for " + message);
        }
    }

    /** Paper §5.1: requests with an old term are refused, so that their sender learns of ours. */
    private void onStaleMessage(NodeId from, Message message) {
        if (message instanceof AppendEntries append) {
            long last = core.log().lastIndex();
            core.sendAfterHardState(
                    from,
                    new AppendEntriesResponse(
                            core.currentTerm(), false, append.prevLogIndex(), 0, last + 1, last));
        } else if (message instanceof Heartbeat) {
            // Not its round: the sender may lead again, and take it for one of its new term.
            core.sendAfterHardState(from, core.heartbeatResponse(0, false));
        } else if (message instanceof InstallSnapshot install) {
            long index = install.info().meta().index();
            core.sendAfterHardState(
                    from,
                    new InstallSnapshotResponse(
                            core.currentTerm(), index, 0, InstallStatus.FETCHING));
        } else if (message instanceof RequestVote request) {
            voting.onStaleRequest(from, request);
        } else if (message instanceof ForwardProposal
                || message instanceof ForwardRefused
                || message instanceof ReadIndexRequest
                || message instanceof TransferRequest
                || message instanceof Message.Reconfigure
                || message instanceof ReconfigureResponse
                || message instanceof RemovedNotice) {
            onRequest(from, message);
        }
    }
}
