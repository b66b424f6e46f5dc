package io.jangada.examples.kv.cli;

import io.jangada.raft.api.Member;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The nodes of a cluster and where they listen for each other.
 *
 * @param members the initial voters, no name and no address twice
 */
record Cluster(List<Member> members) {
    /**
     * Reads {@code ID=HOST:PORT,…}.
     *
     * @throws IllegalArgumentException if {@code text} has another form, or names something twice
     */
    static Cluster parse(String text) {
        List<Member> members = new ArrayList<>();
        Set<Object> seen = new HashSet<>();
        for (String part : text.split(",", -1)) {
            Member member = Member.parse(part.strip());
            if (!seen.add(member.id()) || !seen.add(member.address())) {
                throw new IllegalArgumentException(
                        "'" + part + "' names a node or an address for the second time");
            }
            members.add(member);
        }
        return new Cluster(List.copyOf(members));
    }

    /** Where the node of that name listens for the others, if it is one of them. */
    Optional<Address> addressOf(String id) {
        return members.stream()
                .filter(member -> member.id().value().equals(id))
                .map(member -> Address.parse(member.address()))
                .findFirst();
    }

    /** Returns what {@link #parse} reads. */
    @Override
    public String toString() {
        return members.stream().map(Member::toString).collect(Collectors.joining(","));
    }
}
