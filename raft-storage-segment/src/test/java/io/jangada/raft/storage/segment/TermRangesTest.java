package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Terms and positions behave like a map from index to value whose ends move. */
class TermRangesTest {
    @Property(tries = 300)
    void behavesLikeAMap(@ForAll long seed) {
        Random random = new Random(seed);
        TermRanges ranges = new TermRanges();
        TreeMap<Long, Long> model = new TreeMap<>();
        long next = 1;
        for (int step = 0; step < 200; step++) {
            int choice = random.nextInt(12);
            if (choice < 6 || model.isEmpty()) {
                long term = random.nextInt(4);
                ranges.append(next, term);
                model.put(next++, term);
            } else if (choice < 9) {
                long index = model.firstKey() + random.nextInt(model.size());
                long term = random.nextInt(4);
                ranges.set(index, term, model.lastKey());
                model.put(index, term);
            } else if (choice == 9) {
                next = model.firstKey() + random.nextInt(model.size());
                ranges.truncate(next);
                model.tailMap(next, true).clear();
            } else if (choice == 10) {
                long index = model.firstKey() + random.nextInt(model.size() + 1);
                ranges.dropBelow(index);
                model.headMap(index, false).clear();
            }
            model.forEach((index, term) -> assertEquals(term, ranges.term(index)));
        }
    }

    @Property(tries = 100)
    void positionsBehaveLikeAMap(@ForAll long seed) {
        Random random = new Random(seed);
        PositionList list = new PositionList();
        TreeMap<Integer, Long> model = new TreeMap<>();
        int first = 0;
        for (int step = 0; step < 60; step++) {
            int choice = random.nextInt(4);
            int count = random.nextInt(1500);
            if (choice < 2) {
                for (int i = 0; i < count; i++) {
                    list.add(step * 10_000L + i);
                    model.put(first + list.size() - 1, step * 10_000L + i);
                }
            } else if (choice == 2) {
                int kept = Math.max(0, list.size() - count);
                list.truncate(kept);
                model.tailMap(first + kept, true).clear();
            } else {
                int dropped = Math.min(list.size(), count);
                list.dropFirst(dropped);
                first += dropped;
                model.headMap(first, false).clear();
            }
            assertEquals(model.size(), list.size());
            int base = first;
            model.forEach((index, position) -> assertEquals(position, list.get(index - base)));
        }
    }
}
