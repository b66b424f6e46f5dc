package io.jangada.raft.api;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The call was refused: it is certainly not applied, and never will be. Trying again is safe. Each
 * subclass is one reason.
 */
public abstract sealed class RejectedException extends RaftException
        permits RejectedException.NoLeader,
                RejectedException.Overloaded,
                RejectedException.TooLarge,
                RejectedException.Closed,
                RejectedException.MembershipRefused {
    private static final long serialVersionUID = 1;

    RejectedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** No leader could be reached, or confirmed, within the time of the call. */
    public static final class NoLeader extends RejectedException {
        private static final long serialVersionUID = 1;

        private final transient @Nullable NodeId suspect;

        /**
         * Says why.
         *
         * @param message one sentence for the caller
         * @param suspect the node believed to lead, if any
         */
        public NoLeader(String message, @Nullable NodeId suspect) {
            super(message, null);
            this.suspect = suspect;
        }

        /**
         * Whom to ask instead.
         *
         * @return the node that was last believed to lead, if any
         */
        public Optional<NodeId> leaderHint() {
            return Optional.ofNullable(suspect);
        }
    }

    /** A bound was reached; nothing was queued. Wait for earlier calls to end and try again. */
    public static final class Overloaded extends RejectedException {
        private static final long serialVersionUID = 1;

        /**
         * Says which bound.
         *
         * @param message one sentence for the caller
         */
        public Overloaded(String message) {
            super(message, null);
        }
    }

    /** The encoded command is larger than {@link RaftConfig#entryBytesMax()}. */
    public static final class TooLarge extends RejectedException {
        private static final long serialVersionUID = 1;

        /**
         * Says how large.
         *
         * @param message one sentence for the caller
         */
        public TooLarge(String message) {
            super(message, null);
        }
    }

    /** The group was closed, or had stopped on this node, before the call was proposed. */
    public static final class Closed extends RejectedException {
        private static final long serialVersionUID = 1;

        /**
         * Says why.
         *
         * @param message one sentence for the caller
         * @param cause what stopped the group, if a fault did
         */
        public Closed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** A change of membership was refused, or given up and undone; the group is as it was. */
    public static final class MembershipRefused extends RejectedException {
        private static final long serialVersionUID = 1;

        /**
         * Says why.
         *
         * @param message one sentence for the caller
         */
        public MembershipRefused(String message) {
            super(message, null);
        }
    }
}
