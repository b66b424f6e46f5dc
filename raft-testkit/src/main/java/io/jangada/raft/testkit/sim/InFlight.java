package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.spi.PeerIdentity;
import java.nio.ByteBuffer;

/** One message on its way, in a frame of its own. */
public final class InFlight {
    private final long number;
    private final PeerIdentity sender;
    private final SimNode to;
    private final GroupId group;
    private final Message message;
    private final ByteBuffer frame;

    InFlight(
            long number,
            PeerIdentity sender,
            SimNode to,
            GroupId group,
            Message message,
            ByteBuffer frame) {
        this.number = number;
        this.sender = sender;
        this.to = to;
        this.group = group;
        this.message = message;
        this.frame = frame;
    }

    /**
     * Names it in a trace.
     *
     * @return counts the messages of a run from 1
     */
    public long number() {
        return number;
    }

    /**
     * Who sent it.
     *
     * @return the sender
     */
    public NodeId from() {
        return sender.node();
    }

    /**
     * Who is to get it.
     *
     * @return the receiver
     */
    public NodeId to() {
        return to.id();
    }

    /**
     * Which group it is about.
     *
     * @return the group
     */
    public GroupId group() {
        return group;
    }

    /**
     * What it says.
     *
     * @return the decoded message
     */
    public Message message() {
        return message;
    }

    /** As which life of the sender it was sent. */
    PeerIdentity sender() {
        return sender;
    }

    SimNode target() {
        return to;
    }

    ByteBuffer frame() {
        return frame.duplicate();
    }

    /**
     * What it says, in words.
     *
     * @return as in {@code AppendEntries term 3 after 7@2 commit 6 entry 8@3}
     */
    public String words() {
        return MessageWords.of(message);
    }

    /** As in {@code #17 n1>n2 Heartbeat[term=3, round=4, leaderCommit=8]}. */
    @Override
    public String toString() {
        return "#" + number + " " + from() + ">" + to() + " " + message;
    }
}
