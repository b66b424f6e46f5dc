package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.command;
import static io.jangada.raft.impl.core.Script.configuration;
import static io.jangada.raft.impl.core.Script.noop;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Positions, terms, the unstable tail, and what is durable: paper §5.3, §5.4.1, thesis §10.2.1. */
class RaftLogTest {
    private final FakeLog stored =
            FakeLog.of(
                    List.of(configuration(1, 0, "n1"), noop(2, 1), noop(3, 1), noop(4, 3)),
                    HardState.INITIAL);
    private final RaftLog log = new RaftLog(stored);

    @ParameterizedTest(name = "{0}@{1}: {2}")
    @CsvSource({
        "0, 0, true",
        "1, 0, true",
        "3, 1, true",
        "3, 2, false",
        "4, 3, true",
        "5, 3, false"
    })
    void section5_3_matches(long index, long term, boolean matches) {
        assertEquals(matches, log.matches(index, term));
    }

    @ParameterizedTest(name = "{0}@{1}: {2}")
    @CsvSource({"4, 3, true", "3, 3, false", "1, 4, true", "9, 2, false", "5, 3, true"})
    void section5_4_1_isUpToDate(long lastIndex, long lastTerm, boolean upToDate) {
        assertEquals(upToDate, log.isUpToDate(lastIndex, lastTerm));
    }

    @Test
    void termsAreFoundFromBothEnds() {
        log.append(noop(5, 3));
        log.append(noop(6, 7));

        assertEquals(2, log.firstIndexOfTerm(3, 1));
        assertEquals(3, log.firstIndexOfTerm(3, 3));
        assertEquals(4, log.firstIndexOfTerm(5, 1));
        assertEquals(5, log.lastIndexUpToTerm(6, 6));
        assertEquals(3, log.lastIndexUpToTerm(6, 2));
        assertEquals(6, log.lastIndexUpToTerm(99, 8));
        assertEquals(1, log.lastIndexUpToTerm(6, 0));
    }

    @Test
    void entriesComeFromTheStoreAndTheTailAsOneList() {
        log.append(command(5, 3, "aaaa"));
        log.append(command(6, 3, "bbbb"));

        assertEquals("[3@1 noop 4@3 noop 5@3 aaaa 6@3 bbbb]", Script.show(log.entriesFrom(3, 99)));
        assertEquals("[3@1 noop 4@3 noop 5@3 aaaa]", Script.show(log.entriesFrom(3, 7)));
        assertEquals("[3@1 noop 4@3 noop]", Script.show(log.entriesFrom(3, 3)));
        assertEquals("[5@3 aaaa]", Script.show(log.entriesFrom(5, 1)), "one at least");
        assertEquals("[6@3 bbbb]", Script.show(log.entriesFrom(6, 99)));
    }

    @Test
    void whatWasHandedOutStaysThoughTheTailIsTruncated() {
        log.append(noop(5, 3));
        List<LogEntry> sent = log.entriesFrom(5, 99);

        log.truncateFrom(5);
        log.append(noop(5, 4));

        assertEquals("[5@3 noop]", Script.show(sent));
        assertEquals(4, log.lastTerm());
    }

    @Test
    void aGapIsRefused() {
        assertThrows(InvariantViolation.class, () -> log.append(noop(6, 3)));
        assertThrows(InvariantViolation.class, () -> log.append(noop(4, 3)));
    }

    @Test
    void aWriteHoldsTheHardStateAndAllNewEntries() {
        assertEquals(0, log.takeWrite().sequence(), "nothing to write");
        assertEquals(0, log.currentWrite());
        log.changed(new HardState(4, null));
        log.append(noop(5, 4));
        assertEquals(1, log.currentWrite());

        RaftLog.Write write = log.takeWrite();

        assertEquals(
                new RaftLog.Write(null, 1, new HardState(4, null), List.of(noop(5, 4))), write);
        assertEquals(1, log.currentWrite());
        assertFalse(log.isPersisted(1));
        log.persisted(1);
        assertTrue(log.isPersisted(1));
        assertEquals(5, log.durableIndex());
    }

    @Test
    void aLaterCompletionCoversEarlierWrites() {
        for (int index = 5; index < 9; index++) {
            log.append(noop(index, 3));
            stored.write(ready(log.takeWrite()));
        }

        log.persisted(3);

        assertEquals(7, log.durableIndex());
        assertTrue(log.isPersisted(2));
        assertFalse(log.isPersisted(4));
    }

    /**
     * Whatever order of appends, truncations, writes and completions: durable means on the disk.
     */
    @Test
    void section10_2_1_theDurableIndexNeverExceedsWhatADiskHolds() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            FakeLog disk = FakeLog.of(List.of(configuration(1, 0, "n1")), HardState.INITIAL);
            RaftLog log = new RaftLog(disk);
            for (int i = 0; i < 60; i++) {
                switch (random.nextInt(4)) {
                    case 0 -> log.append(noop(log.lastIndex() + 1, random.nextInt(2) + 1));
                    case 1 -> {
                        if (log.lastIndex() > 1) {
                            long from = 2L + random.nextInt((int) log.lastIndex() - 1);
                            log.truncateFrom(from);
                            log.append(noop(from, random.nextInt(2) + 1));
                        }
                    }
                    case 2 -> disk.write(ready(log.takeWrite()));
                    default -> {
                        List<Long> pending = disk.pending();
                        if (!pending.isEmpty()) {
                            long sequence = pending.get(random.nextInt(pending.size()));
                            disk.persist(sequence);
                            log.persisted(sequence);
                        }
                    }
                }
                for (long index = 1; index <= log.durableIndex(); index++) {
                    List<LogEntry> one = new ArrayList<>(log.entriesFrom(index, 0));
                    assertTrue(disk.hasDurably(one.get(0)), "seed " + seed + ", index " + index);
                }
            }
            disk.write(ready(log.takeWrite()));
            disk.persist(Long.MAX_VALUE);
            log.persisted(log.currentWrite());
            assertEquals(log.lastIndex(), log.durableIndex(), "seed " + seed);
        }
    }

    private static Ready ready(RaftLog.Write write) {
        return new Ready(
                write.reset(),
                write.sequence(),
                write.hardState(),
                write.entries(),
                List.of(),
                null,
                0,
                List.of(),
                List.of(),
                null,
                List.of(),
                false);
    }
}
