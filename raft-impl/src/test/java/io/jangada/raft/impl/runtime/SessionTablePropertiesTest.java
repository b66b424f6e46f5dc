package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.raft.impl.runtime.SessionTable.Lookup;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Batches end elsewhere on every node; nothing of that may show in the table or in what is applied
 * (Z43). Entries are few in kind, so that they meet each other.
 */
class SessionTablePropertiesTest {
    private static final int SESSIONS = 5;
    private static final int SEQUENCES = 12;

    /** A session to open if the write is null. */
    private record Entry(long index, long clusterTime, CommandEnvelope write, SessionTerms terms) {}

    /** A node that applies entries as the applier does, in batches of its own. */
    private static final class Node {
        final SessionTable table;
        final List<String> decisions = new ArrayList<>();
        final Map<List<Long>, Integer> applications = new HashMap<>();
        private final List<Entry> steps = new ArrayList<>();

        Node() {
            this(new SessionTable());
        }

        Node(SessionTable table) {
            this.table = table;
        }

        void take(Entry entry) {
            if (entry.write() == null) {
                applySteps();
                table.expire(entry.clusterTime());
                table.open(entry.index(), entry.terms(), entry.clusterTime());
                return;
            }
            table.expire(entry.clusterTime());
            Lookup known = table.lookup(entry.write(), entry.clusterTime());
            if (known instanceof Lookup.Wait) {
                applySteps();
                known = table.lookup(entry.write(), entry.clusterTime());
            }
            decisions.add(entry.index() + " " + show(known));
            if (known instanceof Lookup.Fresh) {
                steps.add(entry);
            }
        }

        void applySteps() {
            for (Entry step : steps) {
                CommandEnvelope write = step.write();
                applications.merge(List.of(write.session(), write.sequence()), 1, Integer::sum);
                byte[] reply = new byte[(int) (step.index() % 4)];
                reply = reply.length == 0 ? reply : fill(reply, step.index());
                table.applied(write, reply);
            }
            steps.clear();
        }

        private static byte[] fill(byte[] reply, long index) {
            reply[0] = (byte) index;
            return reply;
        }

        private static String show(Lookup known) {
            return known instanceof Lookup.Repeated repeated
                    ? "repeated " + repeated.reply()
                    : SessionTableTest.name(known);
        }
    }

    @Property(tries = 3000)
    void z43_whereBatchesEndDoesNotShow(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int count) {
        Random random = new Random(seed);
        Node oneByOne = new Node();
        Node inBatches = new Node();
        long clusterTime = 0;
        for (long index = 1; index <= count; index++) {
            clusterTime += random.nextInt(8) == 0 ? random.nextInt(2000) : random.nextInt(30);
            Entry entry = entry(index, clusterTime, random);
            oneByOne.take(entry);
            oneByOne.applySteps();
            inBatches.take(entry);
            if (random.nextInt(6) == 0) {
                inBatches.applySteps();
            }
        }
        inBatches.applySteps();

        assertEquals(oneByOne.decisions, inBatches.decisions);
        assertEquals(oneByOne.applications, inBatches.applications);
        assertEqualTables(oneByOne.table, inBatches.table, count);
        oneByOne.applications.forEach(
                (write, times) -> assertEquals(1, times, "I17: applied " + write));
        assertEqualOrder(oneByOne.table, inBatches.table, count, clusterTime);
    }

    /** A table from a snapshot decides as the one that the snapshot was taken of (Z34). */
    @Property(tries = 1000)
    void z34_aTableFromASnapshotGoesOnAsTheOtherOne(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int count) throws IOException {
        Random random = new Random(seed);
        Node whole = new Node();
        Node inBatches = new Node();
        long clusterTime = 0;
        long index = 1;
        for (; index <= count; index++) {
            clusterTime += random.nextInt(8) == 0 ? random.nextInt(2000) : random.nextInt(30);
            Entry entry = entry(index, clusterTime, random);
            whole.take(entry);
            whole.applySteps();
            inBatches.take(entry);
        }
        inBatches.applySteps();
        SessionTable.Picture picture = whole.table.picture();
        byte[] saved = bytes(picture);
        assertArrayEquals(saved, bytes(inBatches.table.picture()), "canonical");
        Node restored = new Node(SessionTable.read(new DataInputStream(input(saved))));
        whole.decisions.clear();
        for (; index <= 2L * count; index++) {
            clusterTime += random.nextInt(8) == 0 ? random.nextInt(2000) : random.nextInt(30);
            Entry entry = entry(index, clusterTime, random);
            whole.take(entry);
            restored.take(entry);
            if (random.nextInt(6) == 0) {
                whole.applySteps();
            }
        }
        whole.applySteps();
        restored.applySteps();

        assertEquals(whole.decisions, restored.decisions);
        assertArrayEquals(saved, bytes(picture), "later entries do not change a picture");
        assertArrayEquals(bytes(whole.table.picture()), bytes(restored.table.picture()));
    }

    private static ByteArrayInputStream input(byte[] bytes) {
        return new ByteArrayInputStream(bytes);
    }

    private static byte[] bytes(SessionTable.Picture picture) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        picture.writeTo(new DataOutputStream(out));
        return out.toByteArray();
    }

    private static Entry entry(long index, long clusterTime, Random random) {
        if (index <= 2 || random.nextInt(12) == 0) {
            SessionTerms terms =
                    new SessionTerms(
                            index,
                            500 + random.nextInt(1500),
                            1 + random.nextInt(6),
                            random.nextInt(12),
                            1 + random.nextInt(4));
            return new Entry(index, clusterTime, null, terms);
        }
        long sequence = random.nextInt(SEQUENCES);
        CommandEnvelope write =
                new CommandEnvelope(
                        1 + random.nextInt(SESSIONS),
                        sequence,
                        random.nextInt(4) == 0 ? random.nextInt(SEQUENCES) : 0,
                        ByteBuffer.allocate(0));
        return new Entry(index, clusterTime, write, null);
    }

    private static void assertEqualTables(SessionTable a, SessionTable b, int count) {
        assertEquals(a.size(), b.size());
        for (long id = 0; id <= count; id++) {
            for (long sequence = 0; sequence < SEQUENCES; sequence++) {
                assertArrayEquals(a.reply(id, sequence), b.reply(id, sequence));
            }
        }
    }

    /** Opening sessions makes room by last use: the order shows in who goes. */
    private static void assertEqualOrder(SessionTable a, SessionTable b, int count, long time) {
        int sessions = a.size();
        for (long id = 1; id <= sessions; id++) {
            SessionTerms tight = new SessionTerms(0, 1000, 1, 0, sessions);
            a.open(1000 + id, tight, time);
            b.open(1000 + id, tight, time);
            assertEqualTables(a, b, count);
        }
    }
}
