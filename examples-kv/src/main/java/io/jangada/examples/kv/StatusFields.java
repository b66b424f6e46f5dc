package io.jangada.examples.kv;

import io.jangada.raft.api.GroupStatus;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.Role;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** A {@link GroupStatus} as the named fields that every front end shows. */
public final class StatusFields {
    private StatusFields() {}

    /**
     * The fields, in the order in which they are shown.
     *
     * @param status what a node knows of its group
     * @return {@code id role term leader commit applied first last voters learners}: indexes and
     *     terms as {@code Long}, the rest as {@code String}; an unknown leader is empty; and {@code
     *     installing} while a snapshot comes in from another node, as {@code 42%}
     */
    public static Map<String, Object> of(GroupStatus status) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", status.node().value());
        fields.put("role", role(status.role()));
        fields.put("term", status.term());
        fields.put("leader", status.leader().map(NodeId::value).orElse(""));
        fields.put("commit", status.commitIndex());
        fields.put("applied", status.appliedIndex());
        fields.put("first", status.firstIndex());
        fields.put("last", status.lastIndex());
        fields.put("voters", members(status.membership().voters()));
        fields.put("learners", members(status.membership().learners()));
        status.installingPercent().ifPresent(percent -> fields.put("installing", percent + "%"));
        return fields;
    }

    /** A pre-candidate is a candidate to those who look from outside. */
    private static String role(Role role) {
        Role shown = role == Role.PRE_CANDIDATE ? Role.CANDIDATE : role;
        return shown.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Members as one field.
     *
     * @param members by id
     * @return {@code id=host:port,…}
     */
    public static String members(SortedMap<NodeId, Member> members) {
        return members.values().stream().map(Member::toString).collect(Collectors.joining(","));
    }
}
