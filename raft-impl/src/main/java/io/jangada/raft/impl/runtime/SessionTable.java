package io.jangada.raft.impl.runtime;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a group (thesis §6.3): which writes were applied, and what was answered. Part of
 * the replicated state: changed by log entries only, in log order, by rules that read nothing but
 * the entries and the table (Z43).
 *
 * <p>Writes may be looked up ahead of the reply to earlier ones, so that a state machine can take
 * them as a batch. Where batches end differs from node to node and must not show: whenever an
 * answer could depend on a reply still to come, it is {@link Lookup.Wait}.
 */
final class SessionTable {
    /** What the table knows of a write before it is applied. */
    sealed interface Lookup {
        /** Not applied yet: apply it, then tell {@link #applied}, in log order. */
        record Fresh() implements Lookup {}

        /**
         * Not known before the fresh writes looked up so far are applied: do that, then ask again.
         */
        record Wait() implements Lookup {}

        /** Applied before, with this reply. */
        record Repeated(ByteBuffer reply) implements Lookup {}

        /** Not to be applied: no such session, or the reply is not kept any more (Z44). */
        record Gone(String why) implements Lookup {}
    }

    /** What is taken at once on the strength of a length that was not checked. */
    private static final int PIECE_BYTES = 64 << 10;

    private static final Lookup FRESH = new Lookup.Fresh();
    private static final Lookup WAIT = new Lookup.Wait();

    private static final class Session {
        private final SessionTerms terms;
        private final Replies replies;
        private long replyBytes;
        private long lastUsedMillis;

        /** Nothing below is applied any more: it was answered, or its reply was dropped. */
        private long lowestKept;

        /** Highest sequence looked up as fresh, and how many such writes have no reply yet. */
        private long highest = Long.MIN_VALUE;

        private int pending;

        /** Who may change this object: the table of that generation; pictures keep older ones. */
        private final long generation;

        Session(SessionTerms terms, long nowMillis, long generation) {
            this(terms, nowMillis, generation, new Replies());
        }

        private Session(SessionTerms terms, long nowMillis, long generation, Replies replies) {
            this.terms = terms;
            this.replies = replies;
            this.lastUsedMillis = nowMillis;
            this.generation = generation;
        }

        /** A copy to change, while a picture of the table keeps this one. */
        Session copy(long newGeneration) {
            Session copy = new Session(terms, lastUsedMillis, newGeneration, replies.copy());
            copy.replyBytes = replyBytes;
            copy.lowestKept = lowestKept;
            copy.highest = highest;
            copy.pending = pending;
            return copy;
        }

        void dropBelow(long sequence) {
            lowestKept = Math.max(lowestKept, sequence);
            while (!replies.isEmpty() && replies.first() < lowestKept) {
                replyBytes -= replies.removeFirst().length;
            }
        }
    }

    /**
     * In the order of last use, so that the ones to expire come first. Only {@link #lookup} is a
     * use: the reply follows one lookup or many later, as batches end, and must not show in the
     * order.
     */
    private final LinkedHashMap<Long, Session> sessions = new LinkedHashMap<>();

    /** The one used last, which is mostly the next one too; 0 and null if there is none. */
    private long latestId;

    private @Nullable Session latest;

    /** How many pictures were made. */
    private long generation;

    /** Cluster time moved on: what was idle for too long is gone. */
    void expire(long clusterTimeMillis) {
        Iterator<Session> eldest = sessions.values().iterator();
        while (eldest.hasNext()) {
            Session session = eldest.next();
            if (clusterTimeMillis - session.lastUsedMillis < session.terms.timeoutMillis()) {
                return;
            }
            eldest.remove();
            latest = null;
        }
    }

    void open(long id, SessionTerms terms, long clusterTimeMillis) {
        sessions.put(id, new Session(terms, clusterTimeMillis, generation));
        if (sessions.size() > terms.sessionsMax()) {
            Iterator<Long> eldest = sessions.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
        latest = null;
    }

    /** What to do with a write; also counts as a use of the session. */
    Lookup lookup(CommandEnvelope write, long clusterTimeMillis) {
        Session session = use(write.session());
        if (session == null) {
            return new Lookup.Gone("session " + write.session() + " expired or never was");
        }
        session.lastUsedMillis = clusterTimeMillis;
        if (session.pending > 0 && write.sequence() <= session.highest) {
            return WAIT;
        }
        byte[] reply = session.replies.get(write.sequence());
        if (reply != null) {
            return new Lookup.Repeated(ByteBuffer.wrap(reply).asReadOnlyBuffer());
        }
        if (write.sequence() < Math.max(session.lowestKept, write.lowestUnanswered())) {
            return new Lookup.Gone(
                    "session "
                            + write.session()
                            + " keeps no reply to sequence "
                            + write.sequence()
                            + " any more");
        }
        session.highest = Math.max(session.highest, write.sequence());
        session.pending++;
        return FRESH;
    }

    /** Makes a session the last one in the order of use, and one that may be changed. */
    private @Nullable Session use(long id) {
        Session last = latest;
        if (last != null && latestId == id && last.generation == generation) {
            return last;
        }
        Session session = sessions.remove(id);
        if (session != null) {
            if (session.generation != generation) {
                session = session.copy(generation);
            }
            sessions.put(id, session);
            latestId = id;
        }
        latest = session;
        return session;
    }

    /** Keeps the reply to a write that was just applied, unless its session expired meanwhile. */
    void applied(CommandEnvelope write, byte[] reply) {
        Session last = latest;
        Session session =
                last != null && latestId == write.session() ? last : sessions.get(write.session());
        if (session == null) {
            return;
        }
        session.pending--;
        session.replies.put(write.sequence(), reply);
        session.replyBytes += reply.length;
        session.dropBelow(write.lowestUnanswered());
        session.dropBelow(session.replies.last() - session.terms.window() + 1);
        while (session.replyBytes > session.terms.replyBytesMax()) {
            session.dropBelow(session.replies.first() + 1);
        }
    }

    // Snapshots

    /** The table at one moment, which later entries do not change. */
    static final class Picture {
        private final List<Map.Entry<Long, Session>> sessions;

        private Picture(List<Map.Entry<Long, Session>> sessions) {
            this.sessions = sessions;
        }

        /**
         * Writes the table in its canonical form: sessions in the order of last use, which is part
         * of the replicated state, replies in the order of their sequences.
         */
        void writeTo(DataOutput out) throws IOException {
            out.writeInt(sessions.size());
            for (Map.Entry<Long, Session> each : sessions) {
                Session session = each.getValue();
                out.writeLong(each.getKey());
                out.write(session.terms.encode());
                out.writeLong(session.lastUsedMillis);
                out.writeLong(session.lowestKept);
                out.writeInt(session.replies.size());
                session.replies.forEach(
                        (sequence, reply) -> {
                            out.writeLong(sequence);
                            out.writeInt(reply.length);
                            out.write(reply);
                        });
            }
        }
    }

    /**
     * The table of now; cheap, since sessions are copied only when they change afterwards. Every
     * fresh write that was looked up must have its reply.
     */
    Picture picture() {
        List<Map.Entry<Long, Session>> all = new ArrayList<>(sessions.size());
        for (Map.Entry<Long, Session> each : sessions.entrySet()) {
            if (each.getValue().pending > 0) {
                throw new IllegalStateException(
                        "session " + each.getKey() + " has writes without a reply");
            }
            all.add(Map.entry(each.getKey(), each.getValue()));
        }
        generation++;
        return new Picture(all);
    }

    /**
     * Reads a table that {@link Picture#writeTo} wrote.
     *
     * @throws IOException if {@code in} fails or holds something else
     */
    static SessionTable read(DataInput in) throws IOException {
        SessionTable table = new SessionTable();
        int count = notNegative(in.readInt(), "number of sessions");
        for (int i = 0; i < count; i++) {
            long id = in.readLong();
            byte[] terms = new byte[SessionTerms.BYTES];
            in.readFully(terms);
            Session session = new Session(SessionTerms.decode(terms), in.readLong(), 0);
            session.lowestKept = in.readLong();
            readReplies(in, session);
            if (table.sessions.put(id, session) != null) {
                throw new IOException("session " + id + " comes twice");
            }
        }
        return table;
    }

    private static void readReplies(DataInput in, Session session) throws IOException {
        int count = notNegative(in.readInt(), "number of replies");
        for (int i = 0; i < count; i++) {
            long sequence = in.readLong();
            byte[] reply = readBytes(in, "length of a reply");
            session.replies.put(sequence, reply);
            session.replyBytes += reply.length;
        }
        if (session.replies.size() != count) {
            throw new IOException("a session has two replies to one sequence");
        }
    }

    /**
     * Reads a length and so many bytes. Takes memory as they come: a length may be damaged.
     *
     * @param what the length is of, for messages
     */
    static byte[] readBytes(DataInput in, String what) throws IOException {
        int length = notNegative(in.readInt(), what);
        byte[] bytes = new byte[Math.min(length, PIECE_BYTES)];
        int filled = 0;
        while (true) {
            in.readFully(bytes, filled, bytes.length - filled);
            filled = bytes.length;
            if (filled == length) {
                return bytes;
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * filled));
        }
    }

    private static int notNegative(int value, String what) throws IOException {
        if (value < 0) {
            throw new IOException("the " + what + " is " + value);
        }
        return value;
    }

    /** The reply kept for a write, or null; for tests and snapshots. */
    byte @Nullable [] reply(long id, long sequence) {
        Session session = sessions.get(id);
        return session == null ? null : session.replies.get(sequence);
    }

    int size() {
        return sessions.size();
    }
}
