package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.Transport;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The other nodes as a host's groups name them: connects to each while any group has it as a
 * member, and for a while longer, so that a node that was removed still hears of it. Any thread.
 */
final class Peers {
    private static final class Peer {
        volatile String address;
        volatile boolean connected;

        /** When to forget it; {@link Long#MAX_VALUE} while a group names it. */
        long leavesAtNanos = Long.MAX_VALUE;

        /** When its latest frame came. */
        volatile long heardNanos = Long.MIN_VALUE;

        /** Why this node would not talk to it, the last time they met. */
        volatile @Nullable String refusal;

        Peer(String address) {
            this.address = address;
        }
    }

    private final NodeId self;
    private final Transport transport;
    private final long graceNanos;

    /** Counts until a group knows its members. */
    private final Collection<Member> seeds;

    private final Map<GroupId, Membership> groups = new TreeMap<>();

    /** Everybody named in this life of the process, forgotten ones included. */
    private final Map<NodeId, Peer> peers = new ConcurrentSkipListMap<>();

    private volatile long nextDeparture = Long.MAX_VALUE;

    /**
     * Nobody yet.
     *
     * @param graceNanos how long a node that was removed everywhere stays connected
     */
    Peers(NodeId self, Transport transport, Collection<Member> seeds, long graceNanos) {
        this.self = self;
        this.transport = transport;
        this.seeds = List.copyOf(seeds);
        this.graceNanos = graceNanos;
    }

    synchronized void connectSeeds() {
        seeds.forEach(this::connect);
    }

    /** A group has these members now. */
    synchronized void follow(GroupId group, Membership membership, long nowNanos) {
        groups.put(group, membership);
        membership.members().forEach(this::connect);
        findDepartures(nowNanos);
    }

    /** A group is gone from this node. */
    synchronized void leave(GroupId group, long nowNanos) {
        groups.remove(group);
        findDepartures(nowNanos);
    }

    private void connect(Member member) {
        if (member.id().equals(self)) {
            return;
        }
        Peer peer = peers.computeIfAbsent(member.id(), id -> new Peer(member.address()));
        if (!peer.connected || !peer.address.equals(member.address())) {
            peer.address = member.address();
            peer.connected = true;
            transport.connect(member.id(), member.address());
        }
    }

    private void findDepartures(long nowNanos) {
        Set<NodeId> wanted = new HashSet<>();
        groups.values().forEach(each -> each.members().forEach(member -> wanted.add(member.id())));
        if (wanted.isEmpty()) {
            seeds.forEach(member -> wanted.add(member.id()));
        }
        peers.forEach(
                (id, peer) -> {
                    if (wanted.contains(id)) {
                        peer.leavesAtNanos = Long.MAX_VALUE;
                    } else if (peer.connected && peer.leavesAtNanos == Long.MAX_VALUE) {
                        peer.leavesAtNanos = nowNanos + graceNanos;
                    }
                });
        scheduleDepartures();
    }

    private void scheduleDepartures() {
        nextDeparture =
                peers.values().stream()
                        .filter(peer -> peer.connected)
                        .mapToLong(peer -> peer.leavesAtNanos)
                        .min()
                        .orElse(Long.MAX_VALUE);
    }

    /** Disconnects from those whose time has come. */
    void lookAfter(long nowNanos) {
        if (nowNanos >= nextDeparture) {
            disconnectLeavers(nowNanos);
        }
    }

    private synchronized void disconnectLeavers(long nowNanos) {
        peers.forEach(
                (id, peer) -> {
                    if (peer.connected && nowNanos >= peer.leavesAtNanos) {
                        letGo(id, peer, nowNanos);
                    }
                });
        scheduleDepartures();
    }

    /** Unless it still has something to say, as a leader has that brings this log up to date. */
    private void letGo(NodeId id, Peer peer, long nowNanos) {
        if (isHeardSince(id, nowNanos - graceNanos + 1)) {
            peer.leavesAtNanos = peer.heardNanos + graceNanos;
        } else {
            peer.connected = false;
            transport.disconnect(id);
        }
    }

    /**
     * A node introduced itself and was accepted. Who is named by no group here must be answered all
     * the same: one that was removed and comes back never learns otherwise that it is out (Z42),
     * and a leader that this node's log does not name yet could not bring that log up to date.
     *
     * @param address where it says that it listens, or empty
     */
    synchronized void met(NodeId node, String address, long nowNanos) {
        Peer peer = peers.get(node);
        if (peer == null && !address.isEmpty()) {
            peer = new Peer(address);
            peers.put(node, peer);
        }
        if (peer == null) {
            return;
        }
        peer.refusal = null;
        boolean moved = isGuest(peer) && !address.isEmpty() && !address.equals(peer.address);
        if (!peer.connected || moved) {
            peer.address = moved ? address : peer.address;
            peer.connected = true;
            peer.leavesAtNanos = nowNanos + graceNanos;
            transport.connect(node, peer.address);
            scheduleDepartures();
        }
    }

    /** Named by no group, and connected for a while. */
    private static boolean isGuest(Peer peer) {
        return !peer.connected || peer.leavesAtNanos != Long.MAX_VALUE;
    }

    void refused(NodeId node, String why) {
        Peer peer = peers.get(node);
        if (peer != null) {
            peer.refusal = why;
        }
    }

    /** A frame of the node came, perhaps over a connection that it never gave up. */
    void heard(NodeId node, long nowNanos) {
        Peer peer = peers.get(node);
        if (peer != null) {
            peer.heardNanos = nowNanos;
            if (!peer.connected) {
                met(node, "", nowNanos);
            }
        }
    }

    /** Whether a frame of the node came since a moment. */
    boolean isHeardSince(NodeId node, long sinceNanos) {
        Peer peer = peers.get(node);
        return peer != null && peer.heardNanos >= sinceNanos;
    }

    /** Why this node would not talk to another one; null if it did, or they have not met. */
    @Nullable String refusalOf(NodeId node) {
        Peer peer = peers.get(node);
        return peer == null ? null : peer.refusal;
    }

    /** How it stands with a node, as the end of a sentence that begins with its name. */
    String describe(NodeId node, long nowNanos) {
        Peer peer = peers.get(node);
        if (peer == null) {
            return "is not known here";
        }
        String refusal = peer.refusal;
        if (refusal != null) {
            return "is refused (" + refusal + ")";
        }
        String where = " (" + peer.address + ")";
        if (peer.heardNanos == Long.MIN_VALUE) {
            return "was not heard yet" + where;
        }
        return "was last heard " + seconds(nowNanos - peer.heardNanos) + " ago" + where;
    }

    private static String seconds(long nanos) {
        return nanos / 1_000_000_000 + "." + nanos / 100_000_000 % 10 + " s";
    }
}
