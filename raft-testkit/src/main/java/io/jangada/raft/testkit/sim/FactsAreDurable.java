package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
import io.jangada.raft.impl.core.Message.InstallStatus;
import io.jangada.raft.impl.core.Message.RequestVote;
import io.jangada.raft.impl.core.Message.RequestVoteResponse;
import io.jangada.raft.spi.HardState;
import org.jspecify.annotations.Nullable;

/**
 * I12: no message that states a fact leaves before that fact is durable, and nobody leads on a vote
 * for itself that a crash could take back.
 */
final class FactsAreDurable extends Invariant {
    private final DurableEntries entries;

    FactsAreDurable(Invariants all) {
        super(all, "I12 facts are durable");
        this.entries = all.durableEntries();
    }

    @Override
    void onSend(SimNode node, InFlight sent) {
        Message message = sent.message();
        HardState durable = hardState(node);
        if (!message.isPreVote()) {
            check(
                    message.term() <= durable.currentTerm(),
                    "%s sends %s, but its disk knows only term %d",
                    node,
                    sent,
                    durable.currentTerm());
        }
        if (message instanceof RequestVote request && !request.preVote()) {
            checkCandidacy(node, sent, request);
        } else if (message instanceof RequestVoteResponse response
                && response.granted()
                && !response.preVote()) {
            check(
                    durable.currentTerm() > response.term() || sent.to().equals(durable.votedFor()),
                    "%s sends %s, but its disk knows the vote %s",
                    node,
                    sent,
                    durable);
        } else if (message instanceof AppendEntriesResponse response && response.success()) {
            checkMatch(node, sent, response.term(), response.index());
        } else if (message instanceof InstallSnapshotResponse response) {
            checkInstalled(node, sent, response);
        }
    }

    private void checkInstalled(SimNode node, InFlight sent, InstallSnapshotResponse response) {
        if (response.status() == InstallStatus.INSTALLED
                || response.status() == InstallStatus.REFUSED) {
            long durable = Math.max(lastIndex(node), snapshotIndex(node));
            check(
                    response.index() <= durable,
                    "%s sends %s, but its disk has nothing above index %d",
                    node,
                    sent,
                    durable);
            checkMatch(node, sent, response.term(), response.index());
        }
    }

    private static long lastIndex(SimNode node) {
        GroupImage image = node.durable();
        return image == null ? 0 : image.lastIndex();
    }

    private static long snapshotIndex(SimNode node) {
        return node.disk().durableSnapshot(SimCluster.GROUP);
    }

    private void checkCandidacy(SimNode node, InFlight sent, RequestVote request) {
        HardState durable = hardState(node);
        check(
                durable.currentTerm() > request.term() || node.id().equals(durable.votedFor()),
                "%s sends %s, but its disk knows the vote %s",
                node,
                sent,
                durable);
        check(
                entries.everHad(node, request.lastLogIndex(), request.lastLogTerm()),
                "%s sends %s, but its disk does not have that entry",
                node,
                sent);
    }

    /** The sender's disk equals the leader's log up to an index, or a snapshot stands for it. */
    private void checkMatch(SimNode node, InFlight sent, long term, long index) {
        SimNode leader = record().leaderOf(term);
        CoreStatus leading = leader == null ? null : leader.status();
        GroupImage log = leader == null ? null : leader.log();
        if (leading == null
                || log == null
                || leading.role() != Role.LEADER
                || leading.currentTerm() != term
                || index > log.lastIndex()) {
            return;
        }
        check(
                entries.everMatched(node, index, log.prefixHash(index)),
                "%s sends %s, but its disk does not equal the log of leader %s up to there",
                node,
                sent,
                leader);
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        if (now.role() == Role.LEADER) {
            HardState durable = hardState(node);
            check(
                    durable.currentTerm() >= now.currentTerm()
                            && node.id().equals(durable.votedFor()),
                    "%s leads term %d, but its disk knows the vote %s",
                    node,
                    now.currentTerm(),
                    durable);
        }
    }

    private static HardState hardState(SimNode node) {
        GroupImage image = node.durable();
        return image == null ? HardState.INITIAL : image.hardState();
    }
}
