package io.jangada.raft.testkit.sim;

import static java.util.Objects.requireNonNull;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.codec.Envelope;
import io.jangada.raft.impl.codec.MessageCodec;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.testkit.sim.NetworkRule.Fate;
import io.jangada.raft.testkit.sim.TraceEvent.Shape;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The network between the nodes. Frames are taken apart when they are sent, so that each message
 * travels on its own and can be dropped, delayed, doubled or reordered on its own.
 */
public final class SimNetwork {
    private static final class Link {
        private LinkQuality quality;
        private boolean cut;

        /** When the latest message that must not be overtaken arrives. */
        private long orderedUntil;

        /** The same on the bulk lane. */
        private long bulkOrderedUntil;

        Link(LinkQuality quality) {
            this.quality = quality;
        }
    }

    private record Way(NodeId from, NodeId to) implements Comparable<Way> {
        @Override
        public int compareTo(Way other) {
            int order = from.compareTo(other.from);
            return order != 0 ? order : to.compareTo(other.to);
        }
    }

    private final Simulation simulation;
    private final Invariants invariants;
    private final Map<NodeId, SimNode> nodes = new TreeMap<>();
    private final Map<Way, Link> links = new TreeMap<>();

    /** The same for looking up, which happens often. */
    private final Map<Way, Link> linksByHash = new HashMap<>();

    private final List<MessageRule> rules = new ArrayList<>();
    private final CRC32C checksum = new CRC32C();
    private final List<BulkRule> bulkRules = new ArrayList<>();
    private LinkQuality usualQuality = LinkQuality.GOOD;
    private double echoShare;
    private long echoNanos;
    private long sentCount;
    private long bulkCount;

    SimNetwork(Simulation simulation, Invariants invariants) {
        this.simulation = simulation;
        this.invariants = invariants;
    }

    void add(SimNode node) {
        for (SimNode other : nodes.values()) {
            addLink(new Way(node.id(), other.id()));
            addLink(new Way(other.id(), node.id()));
        }
        nodes.put(node.id(), node);
    }

    private void addLink(Way way) {
        Link link = new Link(usualQuality);
        links.put(way, link);
        linksByHash.put(way, link);
    }

    // Links

    /**
     * Cuts a link in one direction: what is under way on it, and what is sent on it, is lost.
     *
     * @param from the sending side
     * @param to the receiving side
     */
    public void cut(NodeId from, NodeId to) {
        setCut(from, to, true);
    }

    /**
     * Cuts both directions between two nodes.
     *
     * @param one a node
     * @param other another node
     */
    public void cutBoth(NodeId one, NodeId other) {
        setCut(one, other, true);
        setCut(other, one, true);
    }

    /**
     * Cuts a node off from all others.
     *
     * @param node the node
     */
    public void isolate(NodeId node) {
        partition(Set.of(node));
    }

    /**
     * Cuts all links between some nodes and the rest.
     *
     * @param side the nodes on one side
     */
    public void partition(Collection<NodeId> side) {
        Set<NodeId> inside = new TreeSet<>(side);
        for (Map.Entry<Way, Link> each : links.entrySet()) {
            Way way = each.getKey();
            if (inside.contains(way.from()) != inside.contains(way.to())) {
                setCut(way.from(), way.to(), true);
            }
        }
    }

    /**
     * Mends a link in one direction.
     *
     * @param from the sending side
     * @param to the receiving side
     */
    public void mend(NodeId from, NodeId to) {
        setCut(from, to, false);
    }

    /** Mends all links; their qualities stay as they are. */
    public void mendAll() {
        for (Way way : links.keySet()) {
            setCut(way.from(), way.to(), false);
        }
    }

    private void setCut(NodeId from, NodeId to, boolean cut) {
        Link link = link(from, to);
        if (link.cut != cut) {
            link.cut = cut;
            simulation.note(
                    Notes.CUT, cut ? 1 : 0, () -> (cut ? "cut " : "mend ") + from + ">" + to);
        }
    }

    /**
     * Says how all links treat messages from now on. What is on its way keeps its time, and may be
     * overtaken.
     *
     * @param quality the quality
     */
    public void quality(LinkQuality quality) {
        usualQuality = quality;
        for (Link link : links.values()) {
            link.quality = quality;
            link.orderedUntil = 0;
            link.bulkOrderedUntil = 0;
        }
    }

    /**
     * Says how one link treats messages from now on.
     *
     * @param from the sending side
     * @param to the receiving side
     * @param quality the quality
     */
    public void quality(NodeId from, NodeId to, LinkQuality quality) {
        link(from, to).quality = quality;
    }

    /**
     * Says which messages come once more, long after their time, from now on.
     *
     * @param share of the messages, from 0 for none to 1
     * @param latest how late
     */
    void echo(double share, Duration latest) {
        echoShare = share;
        echoNanos = latest.toNanos();
    }

    private Link link(NodeId from, NodeId to) {
        Link link = linksByHash.get(new Way(from, to));
        if (link == null) {
            throw new IllegalArgumentException("there is no link " + from + ">" + to);
        }
        return link;
    }

    // Chosen messages

    /**
     * Loses chosen messages.
     *
     * @param filter chooses them
     * @return the rule, in force until closed
     */
    public MessageRule drop(MessageFilter filter) {
        return add(filter, Fate.DROP, Duration.ZERO);
    }

    /**
     * Holds chosen messages back, to be delivered or dropped one by one.
     *
     * @param filter chooses them
     * @return the rule, in force until closed
     */
    public MessageRule hold(MessageFilter filter) {
        return add(filter, Fate.HOLD, Duration.ZERO);
    }

    /**
     * Doubles chosen messages.
     *
     * @param filter chooses them
     * @return the rule, in force until closed
     */
    public MessageRule duplicate(MessageFilter filter) {
        return add(filter, Fate.DUPLICATE, Duration.ZERO);
    }

    /**
     * Gives chosen messages a time on the way of their own; others may overtake them.
     *
     * @param filter chooses them
     * @param delay from sending to arrival
     * @return the rule, in force until closed
     */
    public MessageRule delay(MessageFilter filter, Duration delay) {
        return add(filter, Fate.DELAY, delay);
    }

    /**
     * Lets chosen messages pass as their links have it, as an exception from earlier rules.
     *
     * @param filter chooses them
     * @return the rule, in force until closed
     */
    public MessageRule deliver(MessageFilter filter) {
        return add(filter, Fate.DELIVER, Duration.ZERO);
    }

    /**
     * Lets the next chosen message be the last thing that its sender does: its power fails then.
     *
     * @param filter chooses it
     * @param sent whether the message has left by then
     * @return the rule, in force until it was met or closed
     */
    public MessageRule crashSender(MessageFilter filter, boolean sent) {
        Fate fate = sent ? Fate.CRASH_AFTER_SENDING : Fate.CRASH_BEFORE_SENDING;
        return add(filter, fate, Duration.ZERO);
    }

    /**
     * Lets the power of its receiver fail at the moment when the next chosen message would arrive.
     *
     * @param filter chooses it
     * @return the rule, in force until it was met or closed
     */
    public MessageRule crashReceiver(MessageFilter filter) {
        return add(filter, Fate.CRASH_RECEIVER, Duration.ZERO);
    }

    private MessageRule add(MessageFilter filter, Fate fate, Duration delay) {
        MessageRule rule = new MessageRule(this, filter, fate, delay);
        rules.add(rule);
        return rule;
    }

    /** No message is chosen any more; what is held back stays so. */
    void closeRules() {
        rules.clear();
        bulkRules.clear();
    }

    void remove(NetworkRule<?> rule) {
        rules.remove(rule);
        bulkRules.remove(rule);
    }

    // Traffic

    void send(PeerIdentity sender, SimNode from, NodeId to, OutboundFrame frame) {
        ByteBuffer bytes = ByteBuffer.allocate(frame.size());
        frame.writeTo(bytes);
        List<Envelope> envelopes = MessageCodec.decode(bytes.flip());
        for (Envelope envelope : envelopes) {
            ByteBuffer own = envelopes.size() == 1 ? bytes : frameOf(envelope);
            InFlight message =
                    new InFlight(
                            ++sentCount,
                            sender,
                            requireNonNull(nodes.get(to)),
                            envelope.group(),
                            envelope.message(),
                            own);
            invariants.onSend(from, message);
            send(message);
        }
    }

    private static ByteBuffer frameOf(Envelope envelope) {
        OutboundFrame frame = MessageCodec.encode(List.of(envelope));
        ByteBuffer bytes = ByteBuffer.allocate(frame.size());
        frame.writeTo(bytes);
        return bytes.flip();
    }

    private void send(InFlight message) {
        Link link = link(message.from(), message.to());
        MessageRule rule = latest(rules, message);
        Fate fate = rule == null ? Fate.DELIVER : rule.fate();
        if (rule != null) {
            rule.matched(message);
        }
        switch (fate) {
            case DROP -> lost(message);
            case HOLD -> note(Notes.HOLD, message.number(), Shape.HELD, message);
            case DELAY -> arriveIn(rule == null ? 0 : rule.delayNanos(), message);
            case DUPLICATE -> {
                travel(link, message);
                travel(link, message);
            }
            case DELIVER -> {
                travel(link, message);
                if (simulation.random().chance(link.quality.duplication())) {
                    travel(link, message);
                }
                if (simulation.random().chance(echoShare)) {
                    arriveIn(simulation.random().between(0, echoNanos), message);
                }
            }
            case CRASH_BEFORE_SENDING -> crash(rule, message.from());
            case CRASH_AFTER_SENDING -> {
                travel(link, message);
                crash(rule, message.from());
            }
            case CRASH_RECEIVER -> {
                remove(requireNonNull(rule));
                simulation.schedule(
                        link.quality.delayMax().toNanos(), () -> crash(rule, message.to()));
            }
        }
    }

    private void crash(@Nullable MessageRule rule, NodeId node) {
        if (rule != null) {
            rule.close();
        }
        requireNonNull(nodes.get(node)).crash();
    }

    private static <T, R extends NetworkRule<T>> @Nullable R latest(List<R> rules, T sent) {
        for (int i = rules.size() - 1; i >= 0; i--) {
            if (rules.get(i).matches(sent)) {
                return rules.get(i);
            }
        }
        return null;
    }

    private void travel(Link link, InFlight message) {
        SimRandom random = simulation.random();
        LinkQuality quality = link.quality;
        if (link.cut || random.chance(quality.loss())) {
            lost(message);
            return;
        }
        long at =
                simulation.nowNanos()
                        + random.between(
                                quality.delayMin().toNanos(), quality.delayMax().toNanos());
        if (!random.chance(quality.reordering())) {
            at = Math.max(at, link.orderedUntil);
            link.orderedUntil = at;
        }
        arriveIn(at - simulation.nowNanos(), message);
    }

    private void lost(InFlight message) {
        note(Notes.LOST, message.number(), Shape.LOSS, message);
    }

    private void note(long kind, long detail, Shape shape, InFlight message) {
        simulation.note(
                kind,
                detail,
                shape,
                message.from(),
                message.to(),
                () -> "#" + message.number() + " " + message.words());
    }

    void arriveIn(long delayNanos, InFlight message) {
        simulation.schedule(
                delayNanos,
                () -> {
                    if (link(message.from(), message.to()).cut) {
                        lost(message);
                    } else {
                        arrive(message);
                    }
                });
    }

    /** The message reaches its node, whatever state that is in. */
    void arrive(InFlight message) {
        checksum.reset();
        checksum.update(message.frame());
        note(Notes.ARRIVE, checksum.getValue(), Shape.ARRIVAL, message);
        message.target().receive(message);
    }

    // The bulk lane

    /**
     * Loses chosen frames of the bulk lane.
     *
     * @param filter chooses them
     * @return the rule, in force until closed
     */
    public BulkRule dropBulk(Predicate<? super BulkInFlight> filter) {
        return addBulk(filter, Fate.DROP, Duration.ZERO);
    }

    /**
     * Holds chosen frames of the bulk lane back.
     *
     * @param filter chooses them
     * @return the rule, in force until closed
     */
    public BulkRule holdBulk(Predicate<? super BulkInFlight> filter) {
        return addBulk(filter, Fate.HOLD, Duration.ZERO);
    }

    /**
     * Doubles chosen frames of the bulk lane.
     *
     * @param filter chooses them
     * @return the rule, in force until closed
     */
    public BulkRule duplicateBulk(Predicate<? super BulkInFlight> filter) {
        return addBulk(filter, Fate.DUPLICATE, Duration.ZERO);
    }

    /**
     * Gives chosen frames of the bulk lane a time on the way of their own; others may overtake
     * them.
     *
     * @param filter chooses them
     * @param delay from sending to arrival
     * @return the rule, in force until closed
     */
    public BulkRule delayBulk(Predicate<? super BulkInFlight> filter, Duration delay) {
        return addBulk(filter, Fate.DELAY, delay);
    }

    private BulkRule addBulk(Predicate<? super BulkInFlight> filter, Fate fate, Duration delay) {
        BulkRule rule = new BulkRule(this, filter, fate, delay);
        bulkRules.add(rule);
        return rule;
    }

    /** Whether a connection between two nodes would come about now. */
    boolean isWhole(NodeId one, NodeId other) {
        return !link(one, other).cut && !link(other, one).cut;
    }

    long sentCount() {
        return sentCount;
    }

    /** The running process of a node; null if it is down. */
    @Nullable SimTransport transport(NodeId node) {
        return requireNonNull(nodes.get(node)).transport();
    }

    void sendBulk(PeerIdentity sender, NodeId to, OutboundFrame frame) {
        ByteBuffer bytes = ByteBuffer.allocate(frame.size());
        frame.writeTo(bytes);
        BulkInFlight sent =
                new BulkInFlight(++bulkCount, sender, requireNonNull(nodes.get(to)), bytes.flip());
        BulkRule rule = latest(bulkRules, sent);
        if (rule != null) {
            rule.matched(sent);
            if (rule.fate() == Fate.DELAY) {
                arriveIn(rule.delayNanos(), sent);
            }
            if (rule.fate() != Fate.DUPLICATE) {
                return;
            }
        }
        travel(sent);
        double duplication = link(sent.from(), to).quality.duplication();
        if (rule != null || simulation.random().chance(duplication)) {
            travel(sent);
        }
    }

    /** As messages do, but neither lane waits for the other. */
    private void travel(BulkInFlight frame) {
        Link link = link(frame.from(), frame.to());
        LinkQuality quality = link.quality;
        SimRandom random = simulation.random();
        if (link.cut || random.chance(quality.loss())) {
            return;
        }
        long at =
                simulation.nowNanos()
                        + random.between(
                                quality.delayMin().toNanos(), quality.delayMax().toNanos());
        if (!random.chance(quality.reordering())) {
            at = Math.max(at, link.bulkOrderedUntil);
            link.bulkOrderedUntil = at;
        }
        arriveIn(at - simulation.nowNanos(), frame);
    }

    void arriveIn(long delayNanos, BulkInFlight frame) {
        Link link = link(frame.from(), frame.to());
        simulation.schedule(
                delayNanos,
                () -> {
                    if (!link.cut) {
                        arrive(frame);
                    }
                });
    }

    /** The frame reaches its node, whatever state that is in. */
    void arrive(BulkInFlight frame) {
        checksum.reset();
        checksum.update(frame.frame());
        simulation.note(
                Notes.BULK,
                checksum.getValue(),
                Shape.ARRIVAL,
                frame.from(),
                frame.to(),
                () -> "bulk #" + frame.number() + " " + frame.bytes() + " B");
        frame.target().receive(frame);
    }
}
