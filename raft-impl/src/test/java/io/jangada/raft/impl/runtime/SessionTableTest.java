package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.jangada.raft.impl.runtime.SessionTable.Lookup;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the table promises of repeated writes (thesis §6.3, Z43, Z44, I17). */
class SessionTableTest {
    private static final long ID = 7;

    private final SessionTable table = new SessionTable();

    @Test
    void i17_aRepeatGetsTheFirstReply() {
        open(ID, 1000, 10, 100);
        apply(ID, 1, 0, "one", 0);
        apply(ID, 2, 0, "two", 0);

        assertReply("one", lookup(ID, 1, 0, 5));
        assertReply("two", lookup(ID, 2, 0, 5));
        assertReply("one", lookup(ID, 1, 0, 6));
    }

    @Test
    void aSessionThatNeverWasIsGone() {
        Lookup.Gone gone = assertInstanceOf(Lookup.Gone.class, lookup(ID, 1, 0, 0));

        assertEquals("session 7 expired or never was", gone.why());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({ // Window of 4; 1 to 9 were applied, then the sequence is asked for.
        "the newest,                 9, repeated",
        "the oldest in the window,   6, repeated",
        "the newest below it,        5, gone",
        "long ago,                   1, gone",
        "the next one,              10, fresh",
        "far ahead,                 99, fresh"
    })
    void z44_theWindowKeepsTheLatestReplies(String why, long sequence, String expected) {
        open(ID, 1000, 4, 100);
        for (long each = 1; each <= 9; each++) {
            apply(ID, each, 0, "x", 0);
        }

        assertEquals(expected, name(lookup(ID, sequence, 0, 0)), why);
    }

    @Test
    void z44_whatFallsOutOfTheWindowWithoutAReplyIsGoneToo() {
        open(ID, 1000, 4, 100);
        apply(ID, 10, 0, "x", 0);

        assertEquals("gone", name(lookup(ID, 6, 0, 0)));
        assertEquals("fresh", name(lookup(ID, 7, 0, 0)));
    }

    @Test
    void z44_onlyRepliesBelowTheLowestUnansweredAreDropped() {
        open(ID, 1000, 10, 100);
        for (long each = 1; each <= 4; each++) {
            apply(ID, each, 0, "r" + each, 0);
        }
        apply(ID, 5, 3, "r5", 0);

        assertEquals("gone", name(lookup(ID, 1, 0, 0)));
        assertEquals("gone", name(lookup(ID, 2, 0, 0)));
        assertReply("r3", lookup(ID, 3, 0, 0));
        assertReply("r4", lookup(ID, 4, 0, 0));
        assertNull(table.reply(ID, 2));
    }

    @Test
    void aWriteThatItsOwnClientHasAnsweredIsNotApplied() {
        open(ID, 1000, 10, 100);

        assertEquals("gone", name(lookup(ID, 3, 4, 0)));
        assertEquals("fresh", name(lookup(ID, 4, 4, 0)));
    }

    @Test
    void keptBytesAreBoundedAndTheOldestGoFirst() {
        open(ID, 1000, 100, 10);
        apply(ID, 1, 0, "aaaa", 0);
        apply(ID, 2, 0, "bbbb", 0);
        apply(ID, 3, 0, "cc", 0);
        assertReply("aaaa", lookup(ID, 1, 0, 0));

        apply(ID, 4, 0, "d", 0);

        assertEquals("gone", name(lookup(ID, 1, 0, 0)));
        assertReply("bbbb", lookup(ID, 2, 0, 0));
        apply(ID, 5, 0, "eeeeeeeeeeeee", 0); // More than is kept of all.
        for (long each = 1; each <= 5; each++) {
            assertEquals("gone", name(lookup(ID, each, 0, 0)));
        }
        assertEquals("fresh", name(lookup(ID, 6, 0, 0)));
    }

    @Test
    void emptyRepliesAreKeptThoughNoBytesMayBe() {
        open(ID, 1000, 2, 0);
        apply(ID, 1, 0, "", 0);

        assertReply("", lookup(ID, 1, 0, 0));
        apply(ID, 2, 0, "x", 0);
        assertEquals("gone", name(lookup(ID, 2, 0, 0)));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({ // Timeout of 1000 ms, last used at 500.
        "just before its time, 1499, repeated",
        "at its time,          1500, gone",
        "later,                9000, gone"
    })
    void z43_clusterTimeAloneExpires(String why, long clusterTime, String expected) {
        open(ID, 1000, 10, 100);
        apply(ID, 1, 0, "x", 500);

        table.expire(clusterTime);

        assertEquals(expected, name(lookup(ID, 1, 0, clusterTime)), why);
    }

    @Test
    void aRepeatKeepsASessionAlive() {
        open(ID, 1000, 10, 100);
        apply(ID, 1, 0, "x", 0);
        lookup(ID, 1, 0, 900);

        table.expire(1800);

        assertReply("x", lookup(ID, 1, 0, 1800));
    }

    @Test
    void theSessionIdleForLongestMakesRoom() {
        table.open(1, new SessionTerms(0, 1000, 10, 100, 2), 0);
        table.open(2, new SessionTerms(0, 1000, 10, 100, 2), 0);
        apply(1, 1, 0, "x", 0);

        table.open(3, new SessionTerms(0, 1000, 10, 100, 2), 0);

        assertEquals(2, table.size());
        assertReply("x", lookup(1, 1, 0, 0));
        assertEquals("gone", name(lookup(2, 1, 0, 0)));
        assertEquals("fresh", name(lookup(3, 1, 0, 0)));
    }

    /** Where batches end must not show; it did, when a reply counted as a use. */
    @Test
    void z43_theReplyToAnEarlierWriteIsNoUseOfItsSession() {
        for (boolean oneByOne : new boolean[] {true, false}) {
            SessionTable sessions = new SessionTable();
            sessions.open(1, new SessionTerms(0, 1000, 10, 100, 2), 0);
            sessions.open(2, new SessionTerms(0, 1000, 10, 100, 2), 0);
            sessions.lookup(write(2, 1, 0), 0);
            sessions.applied(write(2, 1, 0), bytes("x"));

            sessions.lookup(write(1, 1, 0), 0);
            if (oneByOne) {
                sessions.applied(write(1, 1, 0), bytes("y"));
            }
            sessions.lookup(write(2, 1, 0), 0); // The later use.
            if (!oneByOne) {
                sessions.applied(write(1, 1, 0), bytes("y"));
            }
            sessions.open(3, new SessionTerms(0, 1000, 10, 100, 2), 0);

            assertNull(sessions.reply(1, 1), "one by one: " + oneByOne);
            assertArrayEquals(bytes("x"), sessions.reply(2, 1));
        }
    }

    @Test
    void anAnswerThatAReplyToComeMayChangeMustWait() {
        open(ID, 1000, 10, 100);
        assertEquals("fresh", name(lookup(ID, 5, 0, 0)));

        assertEquals("wait", name(lookup(ID, 5, 0, 0)));
        assertEquals("wait", name(lookup(ID, 4, 0, 0)));
        assertEquals("fresh", name(lookup(ID, 6, 0, 0)));
        table.applied(write(ID, 5, 0), bytes("five"));
        table.applied(write(ID, 6, 0), bytes("six"));
        assertReply("five", lookup(ID, 5, 0, 0));
        assertEquals("fresh", name(lookup(ID, 4, 0, 0)));
    }

    @Test
    void aReplyMayComeAfterItsSessionExpired() {
        open(ID, 1000, 10, 100);
        lookup(ID, 1, 0, 0);
        table.expire(1000);

        table.applied(write(ID, 1, 0), bytes("late"));

        assertEquals(0, table.size());
        assertEquals("gone", name(lookup(ID, 1, 0, 1000)));
    }

    private void open(long id, long timeoutMillis, int window, long replyBytesMax) {
        table.open(id, new SessionTerms(0, timeoutMillis, window, replyBytesMax, 100), 0);
    }

    private Lookup lookup(long id, long sequence, long lowestUnanswered, long clusterTime) {
        return table.lookup(write(id, sequence, lowestUnanswered), clusterTime);
    }

    private void apply(
            long id, long sequence, long lowestUnanswered, String reply, long clusterTime) {
        assertEquals("fresh", name(lookup(id, sequence, lowestUnanswered, clusterTime)));
        table.applied(write(id, sequence, lowestUnanswered), bytes(reply));
    }

    private static CommandEnvelope write(long id, long sequence, long lowestUnanswered) {
        return new CommandEnvelope(id, sequence, lowestUnanswered, ByteBuffer.allocate(0));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private static void assertReply(String expected, Lookup actual) {
        Lookup.Repeated repeated = assertInstanceOf(Lookup.Repeated.class, actual);
        assertEquals(ByteBuffer.wrap(bytes(expected)), repeated.reply());
    }

    static String name(Lookup lookup) {
        return lookup.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    }
}
