package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a simulation, for people.
 *
 * @param atNanos virtual time
 * @param shape what kind of thing it is
 * @param node where it happened; of a message the sender; null if it concerns all
 * @param peer of a message the receiver, else null
 * @param text what happened, without time and nodes
 */
public record TraceEvent(
        long atNanos, Shape shape, @Nullable NodeId node, @Nullable NodeId peer, String text) {
    /** What kinds of events there are. */
    public enum Shape {
        /** It concerns all nodes, or none: a client, a link, a fault. */
        WORLD,
        /** A node did something by itself. */
        STEP,
        /** A node's process began or ended. */
        LIFE,
        /** A message arrived. */
        ARRIVAL,
        /** A message was lost. */
        LOSS,
        /** A message is held back by a rule. */
        HELD
    }

    /** As in {@code " 1.204113 n1>n2 #17 Heartbeat term 3 commit 8"}. */
    @Override
    public String toString() {
        return String.format("%12s  %s", seconds(atNanos), line());
    }

    /**
     * The event without its time.
     *
     * @return as in {@code n1>n2 #17 Heartbeat term 3 commit 8}
     */
    public String line() {
        return switch (shape) {
            case WORLD -> text;
            case STEP, LIFE -> node + " " + text;
            case ARRIVAL -> node + ">" + peer + " " + text;
            case LOSS -> "lost " + node + ">" + peer + " " + text;
            case HELD -> "held " + node + ">" + peer + " " + text;
        };
    }

    /** Six decimals, the same in every locale. */
    static String seconds(long nanos) {
        long micros = nanos / 1_000;
        String rest = String.valueOf(micros % 1_000_000);
        return micros / 1_000_000 + "." + "0".repeat(6 - rest.length()) + rest;
    }
}
