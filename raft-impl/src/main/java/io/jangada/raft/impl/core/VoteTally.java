package io.jangada.raft.impl.core;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import java.util.Map;
import java.util.TreeMap;

/** The answers to one election, by node: repeated and late ones change nothing (Z5). */
final class VoteTally {
    private final Map<NodeId, Boolean> answers = new TreeMap<>();

    void add(NodeId voter, boolean granted) {
        answers.putIfAbsent(voter, granted);
    }

    Quorum.Vote result(Membership membership) {
        return Quorum.vote(membership, answers);
    }
}
