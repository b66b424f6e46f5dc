package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.MS;
import static io.jangada.raft.impl.core.Script.id;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.Role;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A few cores whose messages are delivered by hand, in order, on one clock that the test moves. A
 * message leaves once the write that it rests on is done; {@link #settle} does all writes.
 */
final class Cluster {
    record Envelope(NodeId from, NodeId to, Message message) {}

    final Map<NodeId, TestNode> nodes = new TreeMap<>();
    final List<Envelope> wire = new ArrayList<>();
    final List<Ready.ChangeOutcome> outcomes = new ArrayList<>();
    private final Map<NodeId, List<Ready.Outbound>> held = new TreeMap<>();
    private final Map<NodeId, Ready.Fetch> fetches = new TreeMap<>();

    /** Names of the nodes, and the configuration that founds the group. */
    static Cluster of(String names, String membership) {
        Cluster cluster = new Cluster();
        for (String name : names.split(" ")) {
            cluster.add(TestNode.node(RaftConfig.builder().build(), name, membership));
        }
        return cluster;
    }

    static Cluster ofVoters(String names) {
        return of(names, names);
    }

    void add(TestNode node) {
        nodes.put(node.id, node);
        held.put(node.id, new ArrayList<>());
    }

    TestNode node(String name) {
        return nodes.get(id(name));
    }

    /** Time passes for everybody; no timer fires before someone is ticked. */
    Cluster after(long millis) {
        nodes.values().forEach(node -> node.after(millis));
        return this;
    }

    /** Everybody's timers fire that are due. */
    Cluster tickAll() {
        nodes.values().forEach(TestNode::tick);
        return this;
    }

    /** Lets promises lapse, has one node stand for election, and delivers until all is quiet. */
    Cluster elect(String name) {
        after(TestNode.LATER);
        node(name).tick();
        return settle();
    }

    /** A heartbeat interval passes, the leader sends, and everything is delivered. */
    Cluster heartbeat(String leader) {
        after(node(leader).config.heartbeatInterval().toNanos() / MS);
        node(leader).tick();
        return settle();
    }

    /** Takes one {@link Ready}; what may leave goes on the wire. */
    Ready ready(NodeId id) {
        TestNode node = nodes.get(id);
        Ready ready = node.take();
        held.get(id).addAll(ready.messages());
        release(id);
        outcomes.addAll(ready.changes());
        if (ready.fetch() != null) {
            fetches.put(id, ready.fetch());
        }
        if (ready.load() != null) {
            node.applied(ready.load().meta().index());
        }
        return ready;
    }

    /** Content moves on a lane of its own, as soon as it can. */
    private boolean fetch(NodeId id) {
        Ready.Fetch fetch = fetches.remove(id);
        if (fetch == null) {
            return false;
        }
        TestNode node = nodes.get(id);
        if (fetch.info().equals(nodes.get(fetch.from()).snapshot)) {
            node.received(fetch.info());
        } else {
            node.fetchFailed(fetch.info());
        }
        return true;
    }

    private void release(NodeId id) {
        Iterator<Ready.Outbound> each = held.get(id).iterator();
        while (each.hasNext()) {
            Ready.Outbound message = each.next();
            if (message.afterWrite() <= nodes.get(id).persistedWrite()) {
                wire.add(new Envelope(id, message.to(), message.message()));
                each.remove();
            }
        }
    }

    /** Takes what is ready and does its write; says whether there was anything. */
    boolean run(NodeId id) {
        TestNode node = nodes.get(id);
        Ready ready = ready(id);
        boolean writing = !node.log.pending().isEmpty();
        if (writing) {
            node.persist();
            release(id);
        }
        return writing || !ready.messages().isEmpty();
    }

    /** Runs and delivers among all nodes until nothing moves. */
    Cluster settle() {
        return settle(nodes.keySet());
    }

    /** The same among some of them; what goes to others stays on the wire. */
    Cluster settle(Collection<NodeId> some) {
        boolean moved = true;
        while (moved) {
            moved = false;
            for (NodeId id : some) {
                moved |= run(id);
                moved |= fetch(id);
            }
            moved |= deliver(each -> some.contains(each.to()));
        }
        return this;
    }

    /** Delivers what is on the wire now and passes; says whether there was anything. */
    boolean deliver(Predicate<Envelope> which) {
        List<Envelope> now = wire.stream().filter(which).toList();
        wire.removeAll(now);
        for (Envelope each : now) {
            TestNode to = nodes.get(each.to());
            if (to != null) {
                to.get(each.from().value(), each.message());
            }
        }
        return !now.isEmpty();
    }

    /** Loses what is on the wire now. */
    Cluster drop(Predicate<Envelope> which) {
        wire.removeIf(which);
        return this;
    }

    /** Crashes a node and starts it again; writes under way are lost. */
    TestNode restart(String name) {
        TestNode node = node(name).restarted(0, 99);
        add(node);
        return node;
    }

    /** Names of those who believe that they lead. */
    List<String> leaders() {
        return nodes.values().stream()
                .filter(node -> node.role() == Role.LEADER)
                .map(node -> node.id.value())
                .toList();
    }
}
