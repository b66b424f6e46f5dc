package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message;

/** Chooses messages. */
@FunctionalInterface
public interface MessageFilter {
    /** Every message. */
    MessageFilter ALL = (from, to, message) -> true;

    /**
     * Whether a message is meant.
     *
     * @param from who sends it
     * @param to who is to get it
     * @param message what it says
     * @return true for a chosen one
     */
    boolean matches(NodeId from, NodeId to, Message message);

    /**
     * Messages of one kind.
     *
     * @param kind a case of {@link Message}
     * @return chooses all of that kind
     */
    static MessageFilter of(Class<? extends Message> kind) {
        return (from, to, message) -> kind.isInstance(message);
    }

    /**
     * Messages of one sender.
     *
     * @param sender who sends them
     * @return chooses all of that sender
     */
    static MessageFilter from(NodeId sender) {
        return (from, to, message) -> from.equals(sender);
    }

    /**
     * Messages to one receiver.
     *
     * @param receiver who is to get them
     * @return chooses all to that receiver
     */
    static MessageFilter to(NodeId receiver) {
        return (from, to, message) -> to.equals(receiver);
    }

    /**
     * Messages that both filters choose.
     *
     * @param other the other one
     * @return chooses what both choose
     */
    default MessageFilter and(MessageFilter other) {
        return (from, to, message) ->
                matches(from, to, message) && other.matches(from, to, message);
    }
}
