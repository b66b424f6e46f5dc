package io.jangada.raft.impl.codec;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.impl.core.Message;
import java.util.Objects;

/**
 * A message and the group it is about; who sends it and who gets it, the connection knows.
 *
 * @param group the group
 * @param message the message
 */
public record Envelope(GroupId group, Message message) {
    /** Checks that nothing is missing. */
    public Envelope {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(message, "message");
    }
}
