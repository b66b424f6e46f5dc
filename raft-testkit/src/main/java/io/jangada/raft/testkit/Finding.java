package io.jangada.raft.testkit;

import java.util.List;

/**
 * What was found wrong with a state machine.
 *
 * @param kind which rule is broken
 * @param index where in the log
 * @param command the command there, as text
 * @param one what one machine has, and which one it is
 * @param other what another one has, and which one it is
 * @param differences which values differ, as far as that is known
 * @param loadedAt the index of a snapshot that one of them had loaded; 0 if none
 */
record Finding(
        Kind kind,
        long index,
        String command,
        Side one,
        Side other,
        List<Difference> differences,
        long loadedAt) {

    /** A rule that state machines can break. */
    enum Kind {
        REPLY("answers the same command differently on two nodes"),
        STATE("comes to different states on two nodes"),
        LOAD("has another state after load() than the one that was saved"),
        SAVE("saves other bytes than it did a moment before, though nothing was applied"),
        VIEW("shows in view() what was applied only after the view was taken"),
        THREW("throws out of apply(), which stops the node"),
        SAVE_THREW("throws out of save(), though the disk is in order"),
        LOAD_THREW("throws out of load(), though it got exactly what save() wrote");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }

        /** Whether commands alone, given to machines without a cluster, may show more. */
        boolean isOfReplay() {
            return this == REPLY || this == STATE || this == LOAD;
        }
    }

    /** Who has what. */
    record Side(String who, String value) {
        @Override
        public String toString() {
            return who + ": " + Difference.shortened(value);
        }
    }

    Finding {
        differences = List.copyOf(differences);
    }
}
