package io.jangada.raft.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Who belongs to a group, as one immutable value that travels in the log (paper §6, thesis §4).
 *
 * <p>{@code voters} decide. {@code outgoing} is empty except in a joint configuration, where it
 * holds the old voters and every decision needs a majority of both. {@code learners} receive the
 * log and count for nothing. A node that is a voter of either half is not a learner.
 *
 * <p>The text form is canonical: equal memberships have equal texts, whatever the order in which
 * they were built.
 */
public final class Membership {
    private static final String VOTERS = "voters ";
    private static final String OUTGOING = "outgoing ";
    private static final String LEARNERS = "learners ";

    /** Nobody: what a node knows before it has joined. */
    public static final Membership EMPTY = of(List.of(), List.of(), List.of());

    private final SortedMap<NodeId, Member> voters;
    private final SortedMap<NodeId, Member> outgoing;
    private final SortedMap<NodeId, Member> learners;

    private Membership(
            Collection<Member> voters, Collection<Member> outgoing, Collection<Member> learners) {
        this.voters = byId("voter", voters);
        this.outgoing = byId("outgoing voter", outgoing);
        this.learners = byId("learner", learners);
        for (NodeId id : this.learners.keySet()) {
            if (this.voters.containsKey(id) || this.outgoing.containsKey(id)) {
                throw new IllegalArgumentException("node " + id + " is both voter and learner");
            }
        }
    }

    /**
     * A plain configuration of voters.
     *
     * @param voters the voters, each id once
     * @return the membership
     * @throws IllegalArgumentException if an id appears twice
     */
    public static Membership ofVoters(Collection<Member> voters) {
        return of(voters, List.of(), List.of());
    }

    /**
     * Any configuration.
     *
     * @param voters the (new) voters
     * @param outgoing the old voters while joint, else empty
     * @param learners the learners
     * @return the membership
     * @throws IllegalArgumentException if an id appears twice in one set, or as voter and learner
     */
    public static Membership of(
            Collection<Member> voters, Collection<Member> outgoing, Collection<Member> learners) {
        return new Membership(voters, outgoing, learners);
    }

    /**
     * The (new) voters by id.
     *
     * @return an unmodifiable map in the order of ids
     */
    public SortedMap<NodeId, Member> voters() {
        return voters;
    }

    /**
     * The old voters of a joint configuration by id.
     *
     * @return an unmodifiable map in the order of ids, empty unless {@link #isJoint()}
     */
    public SortedMap<NodeId, Member> outgoing() {
        return outgoing;
    }

    /**
     * The learners by id.
     *
     * @return an unmodifiable map in the order of ids
     */
    public SortedMap<NodeId, Member> learners() {
        return learners;
    }

    /**
     * Whether decisions need majorities of both the old and the new voters.
     *
     * @return true while a change of voters is under way
     */
    public boolean isJoint() {
        return !outgoing.isEmpty();
    }

    /**
     * Whether {@code id} votes, in either half.
     *
     * @param id any node
     * @return true for a voter
     */
    public boolean isVoter(NodeId id) {
        return voters.containsKey(id) || outgoing.containsKey(id);
    }

    /**
     * The member of that id, voter or learner.
     *
     * @param id any node
     * @return the member, or empty if it does not belong to the group
     */
    public Optional<Member> member(NodeId id) {
        Member member = voters.get(id);
        if (member == null) {
            member = outgoing.get(id);
        }
        return Optional.ofNullable(member == null ? learners.get(id) : member);
    }

    /**
     * Everybody: voters of both halves and learners, each once.
     *
     * @return a new list in the order of ids
     */
    public List<Member> members() {
        TreeMap<NodeId, Member> all = new TreeMap<>(learners);
        all.putAll(outgoing);
        all.putAll(voters);
        return new ArrayList<>(all.values());
    }

    /**
     * Reads what {@link #toString()} wrote.
     *
     * @param text the canonical text
     * @return the membership
     * @throws IllegalArgumentException if {@code text} is not such a text
     */
    public static Membership parse(String text) {
        List<Member> voters = List.of();
        List<Member> outgoing = List.of();
        List<Member> learners = List.of();
        for (String part : text.split("; ", -1)) {
            if (part.startsWith(VOTERS)) {
                voters = members(part.substring(VOTERS.length()));
            } else if (part.startsWith(OUTGOING)) {
                outgoing = members(part.substring(OUTGOING.length()));
            } else if (part.startsWith(LEARNERS)) {
                learners = members(part.substring(LEARNERS.length()));
            } else if (!part.isEmpty()) {
                throw new IllegalArgumentException("'" + part + "' is not part of a membership");
            }
        }
        return of(voters, outgoing, learners);
    }

    /**
     * The canonical text, for example {@code voters n1=h1:7000,n2=h2:7000; learners n3=h3:7000};
     * empty for {@link #EMPTY}.
     */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>(3);
        appendTo(parts, VOTERS, voters);
        appendTo(parts, OUTGOING, outgoing);
        appendTo(parts, LEARNERS, learners);
        return String.join("; ", parts);
    }

    @Override
    public boolean equals(Object other) {
        return other == this
                || other instanceof Membership that
                        && voters.equals(that.voters)
                        && outgoing.equals(that.outgoing)
                        && learners.equals(that.learners);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * voters.hashCode() + outgoing.hashCode()) + learners.hashCode();
    }

    private static SortedMap<NodeId, Member> byId(String what, Collection<Member> members) {
        TreeMap<NodeId, Member> byId = new TreeMap<>();
        for (Member member : members) {
            if (byId.put(member.id(), member) != null) {
                throw new IllegalArgumentException(
                        "node " + member.id() + " is named twice as " + what);
            }
        }
        return Collections.unmodifiableSortedMap(byId);
    }

    private static List<Member> members(String text) {
        return List.of(text.split(",", -1)).stream().map(Member::parse).toList();
    }

    private static void appendTo(
            List<String> parts, String label, SortedMap<NodeId, Member> members) {
        if (!members.isEmpty()) {
            parts.add(
                    members.values().stream()
                            .map(Member::toString)
                            .collect(Collectors.joining(",", label, "")));
        }
    }
}
