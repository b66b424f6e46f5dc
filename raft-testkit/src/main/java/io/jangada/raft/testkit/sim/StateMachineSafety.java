package io.jangada.raft.testkit.sim;

import io.jangada.raft.spi.Applied;
import io.jangada.raft.testkit.check.KvOutput;
import java.util.HashMap;
import java.util.Map;

/**
 * I5: no two nodes apply different commands at one index, or leave one out, or come to different
 * states or answers (paper, figure 3); a snapshot leaves a node with the state of its index.
 */
final class StateMachineSafety extends Invariant {
    private record Seen(long hash, long stateHash, SimNode by) {}

    /** By index: the hash of all that was applied up to there, with its effects. */
    private final Map<Long, Seen> seen = new HashMap<>();

    /** By node: the hash of all that this life of it has applied. */
    private final Map<SimNode, Long> chains = new HashMap<>();

    StateMachineSafety(Invariants all) {
        super(all, "I5 state machine safety");
    }

    @Override
    void onApply(SimNode node, KvMachine machine, KvCommand command, KvOutput output, Applied at) {
        long chain = SimRandom.mix(chains.getOrDefault(node, 0L) + at.index());
        chain = SimRandom.mix(chain ^ at.term() * 31 + at.clusterTimeMillis());
        chain = SimRandom.mix(chain ^ command.id());
        chain = SimRandom.mix(chain ^ output.hashCode());
        chain = SimRandom.mix(chain ^ machine.stateHash());
        chains.put(node, chain);
        Seen first = seen.putIfAbsent(at.index(), new Seen(chain, machine.stateHash(), node));
        check(
                first == null || first.hash() == chain,
                "%s and %s applied different commands, or with different effects, at or below"
                        + " index %d (term %d): %s gave %s here",
                node,
                first == null ? node : first.by(),
                at.index(),
                at.term(),
                command,
                output);
    }

    @Override
    void onLoad(SimNode node, KvMachine machine) {
        long index = machine.lastCommandIndex();
        Seen there = index == 0 ? new Seen(0, 0, node) : seen.get(index);
        check(
                there != null && there.stateHash() == machine.stateHash(),
                "the snapshot that %s loads has another state than %s had at index %d",
                node,
                there == null ? "anybody" : there.by(),
                index);
        chains.put(node, there == null ? 0 : there.hash());
    }

    @Override
    void onCrash(SimNode node) {
        chains.remove(node);
    }
}
