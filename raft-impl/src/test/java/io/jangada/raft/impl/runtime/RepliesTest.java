package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RepliesTest {
    private static final int SEQUENCES = 200;

    @Test
    void aRingIsWhatASortedMapIs() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Replies replies = new Replies();
            NavigableMap<Long, byte[]> model = new TreeMap<>();
            for (int step = 0; step < 300; step++) {
                replies = change(replies, model, random);
                assertSame(model, replies, "seed " + seed + ", step " + step);
            }
        }
    }

    /** Mostly the next one; now and then one from before, or the same again. */
    private static Replies change(
            Replies replies, NavigableMap<Long, byte[]> model, Random random) {
        int kind = random.nextInt(10);
        if (kind < 4 && !model.isEmpty()) {
            assertArrayEquals(model.pollFirstEntry().getValue(), replies.removeFirst());
        } else if (kind == 4) {
            Replies copy = replies.copy();
            replies.put(random.nextInt(SEQUENCES), new byte[] {1}); // Must not show in the copy.
            return copy;
        } else {
            long next = model.isEmpty() ? 0 : model.lastKey() + 1 + random.nextInt(2);
            long sequence = kind < 8 && next < SEQUENCES ? next : random.nextInt(SEQUENCES);
            byte[] reply = {(byte) random.nextInt()};
            model.put(sequence, reply);
            replies.put(sequence, reply);
        }
        return replies;
    }

    private static void assertSame(NavigableMap<Long, byte[]> model, Replies replies, String when) {
        assertEquals(model.size(), replies.size(), when);
        assertEquals(model.isEmpty(), replies.isEmpty(), when);
        if (!model.isEmpty()) {
            assertEquals(model.firstKey(), replies.first(), when);
            assertEquals(model.lastKey(), replies.last(), when);
        }
        for (long sequence = 0; sequence < SEQUENCES; sequence++) {
            byte[] expected = model.get(sequence);
            if (expected == null) {
                assertNull(replies.get(sequence), when);
            } else {
                assertArrayEquals(expected, replies.get(sequence), when);
            }
        }
        List<Long> visited = new ArrayList<>();
        replies.forEach((sequence, reply) -> visited.add(sequence));
        assertEquals(new ArrayList<>(model.keySet()), visited, when);
    }

    @Test
    void nothingIsKeptOfWhatWasForgotten() {
        Replies replies = new Replies();
        for (long sequence = 0; sequence < 1_000; sequence++) {
            replies.put(sequence, new byte[1]);
            if (sequence >= 5) {
                assertEquals(1, replies.removeFirst().length);
            }
        }
        assertEquals(5, replies.size());
        assertNull(replies.get(994));
        assertTrue(replies.get(995) != null);
    }
}
