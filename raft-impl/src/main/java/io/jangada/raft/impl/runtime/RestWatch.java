package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.impl.core.Input;
import io.jangada.raft.impl.core.Message.SignOfLife;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Watches over the groups of this node that rest, with one small message per other host and
 * heartbeat interval, however many they are.
 *
 * <p>A leader and each of its followers rest only as long as their hosts agree that both do. So
 * each host tells the other a fingerprint of those groups that rest on it and that the two share.
 * Where what comes differs from what is here, or nothing comes, for an election timeout, the groups
 * in question are roused and mind for themselves again: a host that died or was cut off, one that
 * started anew, a copy that stopped alone on a living host, a message that was lost while somebody
 * fell asleep or woke are all the same to this rule. Groups are roused a few at a time, so that a
 * lost host brings no storm; whoever asks something of a group wakes that at once. On the loop.
 */
final class RestWatch extends GroupDriver {
    /** How many groups are roused in one heartbeat interval at most. */
    private static final int ROUSED_MAX = 64;

    /** Groups that this node and another one share, led by one of the two. */
    private static final class Shared {
        private final Map<GroupId, Resting> groups = new TreeMap<>();

        /** Of which groups, in which terms; 0 of none. */
        private long fingerprint;

        /** When the other host last said the same. */
        private long confirmedNanos;

        void add(Resting group, long nowNanos) {
            if (groups.isEmpty()) {
                confirmedNanos = nowNanos;
            }
            groups.put(group.core.id(), group);
            fingerprint ^= group.fingerprint;
        }

        void remove(Resting group) {
            groups.remove(group.core.id());
            fingerprint ^= group.fingerprint;
        }

        void compare(long theirs, long nowNanos) {
            if (theirs == fingerprint) {
                confirmedNanos = nowNanos;
            }
        }
    }

    /** Another host. */
    private static final class Peer {
        /** Of groups that this node leads and the other one belongs to. */
        private final Shared led = new Shared();

        /** Of groups that the other one leads. */
        private final Shared followed = new Shared();

        /** A group to name in a message. */
        Resting any() {
            return (led.groups.isEmpty() ? followed : led).groups.values().iterator().next();
        }

        boolean isEmpty() {
            return led.groups.isEmpty() && followed.groups.isEmpty();
        }
    }

    /** A group that rests here. */
    private static final class Resting {
        private final GroupCore<?, ?, ?> core;
        private final CoreStatus status;
        private final long fingerprint;

        Resting(GroupCore<?, ?, ?> core, CoreStatus status) {
            this.core = core;
            this.status = status;
            this.fingerprint = fingerprint(core.id(), status.currentTerm());
        }
    }

    private final NodeId self;
    private final GroupLoop loop;
    private final PeerOutbox outbox;
    private final long intervalNanos;
    private final long patienceNanos;
    private final Map<GroupId, Resting> resting = new TreeMap<>();

    /** Those who share a resting group with this node. */
    private final Map<NodeId, Peer> peers = new TreeMap<>();

    private boolean joined;
    private long nextTick = Long.MAX_VALUE;

    RestWatch(NodeId self, RaftConfig config, GroupLoop loop, PeerOutbox outbox) {
        this.self = self;
        this.loop = loop;
        this.outbox = outbox;
        this.intervalNanos = config.heartbeatInterval().toNanos();
        this.patienceNanos = config.electionTimeout().toNanos();
    }

    /** Equal sets of groups have equal fingerprints, and others hardly ever. SplitMix64. */
    private static long fingerprint(GroupId id, long term) {
        long z = term * 0x9E3779B97F4A7C15L;
        for (int i = 0; i < id.value().length(); i++) {
            z = (z ^ id.value().charAt(i)) * 0xBF58476D1CE4E5B9L;
            z ^= z >>> 30;
        }
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    // What groups say

    /** A group's status has changed. */
    void onStatus(GroupCore<?, ?, ?> core, CoreStatus before, CoreStatus now, long nowNanos) {
        boolean same =
                before.resting() == now.resting()
                        && (!now.resting() || before.currentTerm() == now.currentTerm());
        if (!same) {
            wakes(core);
            if (now.resting()) {
                rests(new Resting(core, now), nowNanos);
            }
        }
    }

    private void rests(Resting group, long nowNanos) {
        resting.put(group.core.id(), group);
        for (NodeId other : others(group)) {
            Peer peer = peers.computeIfAbsent(other, id -> new Peer());
            shared(group, peer).add(group, nowNanos);
        }
        scheduleTick(nowNanos);
    }

    private void wakes(GroupCore<?, ?, ?> core) {
        Resting group = resting.remove(core.id());
        if (group == null) {
            return;
        }
        for (NodeId other : others(group)) {
            Peer peer = peers.get(other);
            if (peer != null) {
                shared(group, peer).remove(group);
                if (peer.isEmpty()) {
                    peers.remove(other);
                }
            }
        }
    }

    /** A group is over on this node. Who rests because this one leads does not do so in vain. */
    void onEnd(GroupCore<?, ?, ?> core) {
        Resting group = resting.get(core.id());
        if (group != null && leads(group)) {
            long term = group.status.currentTerm();
            for (NodeId other : others(group)) {
                outbox.add(other, core.id(), new SignOfLife(term, 0, 0, true));
            }
        }
        wakes(core);
    }

    /** Whose silence matters: a leader minds all members, the others mind the leader. */
    private List<NodeId> others(Resting group) {
        NodeId leader = group.status.leader();
        if (leader != null && !leads(group)) {
            return List.of(leader);
        }
        List<NodeId> others = new ArrayList<>();
        for (Member member : group.status.membership().members()) {
            if (!member.id().equals(self)) {
                others.add(member.id());
            }
        }
        return others;
    }

    private boolean leads(Resting group) {
        return self.equals(group.status.leader());
    }

    private Shared shared(Resting group, Peer peer) {
        return leads(group) ? peer.led : peer.followed;
    }

    // What other hosts say

    /** Takes a message of another host in, on the loop. */
    LoopTask task(NodeId from, GroupId group, SignOfLife sign) {
        return new LoopTask() {
            @Override
            public void run(long nowNanos) {
                take(from, group, sign, nowNanos);
            }

            @Override
            public void failed(Throwable cause) {
                RestWatch.this.failed(cause);
            }
        };
    }

    private void take(NodeId from, GroupId group, SignOfLife sign, long nowNanos) {
        Peer peer = peers.get(from);
        if (peer == null) {
            return;
        }
        if (sign.stopped()) {
            Resting left = peer.followed.groups.get(group);
            if (left != null && left.status.currentTerm() == sign.term()) {
                rouse(left);
            }
            return;
        }
        peer.followed.compare(sign.led(), nowNanos);
        peer.led.compare(sign.followed(), nowNanos);
    }

    // Time

    @Override
    void onTick(long nowNanos) {
        nextTick = Long.MAX_VALUE;
        int room = ROUSED_MAX;
        for (Map.Entry<NodeId, Peer> each : peers.entrySet()) {
            Peer peer = each.getValue();
            Resting any = peer.any();
            SignOfLife sign =
                    new SignOfLife(
                            any.status.currentTerm(),
                            peer.led.fingerprint,
                            peer.followed.fingerprint,
                            false);
            outbox.add(each.getKey(), any.core.id(), sign);
            room -= rouseUnconfirmed(peer.led, room, nowNanos);
            room -= rouseUnconfirmed(peer.followed, room, nowNanos);
        }
        scheduleTick(nowNanos);
    }

    /** Rouses groups for which nobody vouches, as many as there is room for. */
    private int rouseUnconfirmed(Shared shared, int room, long nowNanos) {
        if (shared.groups.isEmpty() || nowNanos - shared.confirmedNanos <= patienceNanos) {
            return 0;
        }
        int roused = 0;
        for (Resting group : shared.groups.values()) {
            if (roused == room) {
                break;
            }
            rouse(group);
            roused++;
        }
        return roused;
    }

    /** In the next round, as the group's own task: should that fail, it is the group that stops. */
    private static void rouse(Resting group) {
        group.core.execute(now -> group.core.step(new Input.Rouse(now)));
    }

    /** At the moments of all heartbeats, and before them: they may make somebody fall asleep. */
    private void scheduleTick(long nowNanos) {
        if (nextTick == Long.MAX_VALUE && !peers.isEmpty()) {
            nextTick = nowNanos - Math.floorMod(nowNanos, intervalNanos) + intervalNanos;
            if (joined) {
                loop.touch(this);
            } else {
                joined = true;
                loop.add(this);
            }
        }
    }

    @Override
    void onSignal(long nowNanos) {
        throw new AssertionError("nobody signals this");
    }

    @Override
    void carryOut(long nowNanos) {
        // What it says leaves with the round.
    }

    @Override
    long nextDeadlineNanos() {
        return nextTick;
    }

    /** Groups that nobody watches must not rest. */
    @Override
    void failed(Throwable cause) {
        for (Resting group : List.copyOf(resting.values())) {
            group.core.failed(cause);
        }
    }
}
