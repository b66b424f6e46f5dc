package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.SuspectGroupException;
import io.jangada.raft.storage.segment.SegmentImage.Found;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.StringJoiner;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Every kind of damage in every place, and what becomes of each group (rule Z29, scenarios S19 and
 * S20): a table, {@code damage-matrix.csv}, of each way to write segments. Groups "a" and "b" wrote
 * in turns into three segments, every write durable before the next; "c" wrote a little at the
 * start and fell silent. The store was killed, or closed.
 *
 * <p>A group is <b>whole</b>; <b>cut</b>, and serves what stands before the damage; <b>suspect</b>
 * and can be rebuilt from its peers; or <b>lost</b>: suspect without a hard state that could be
 * trusted. Or the whole store is <b>refused</b>. It never serves anything that was not written, and
 * says the same at every opening.
 */
@Tag("long")
class DamageMatrixTest {
    private static final String TABLE = "/damage-matrix.csv";
    private static final int LAST = 130;
    private static final int PAYLOAD = 1000;
    private static final int CHRONICLE_HEADER = 4;
    private static final int METADATA_BYTES = 128 << 10;

    @TempDir(factory = InMemory.class)
    static Path bases;

    @TempDir(factory = InMemory.class)
    Path temp;

    private Path folder = Path.of("");

    /** What the damaged records are depends on how they follow each other. */
    @BeforeAll
    static void writeWithoutPauses() {
        for (int attempt = 0; !write(); attempt++) {
            assertTrue(attempt < 50, "the machine pauses all the time");
            Folders.delete(bases.resolve("closed"));
            Folders.delete(bases.resolve("killed"));
        }
    }

    /** Says whether no idle mark came in between. */
    private static boolean write() {
        Path closed = bases.resolve("closed");
        try (var store = TestLog.openForSingleWrites(closed);
                var c = openAlone(store, "c");
                var a = openAlone(store, "a");
                var b = openAlone(store, "b")) {
            c.write(new HardState(2, null), TestLog.entries(1, 3, 2, 50));
            a.write(new HardState(5, TestLog.IDENTITY.node()), List.of());
            for (int index = 1; index <= LAST; index++) {
                a.write(null, List.of(TestLog.entry(index, 5, PAYLOAD)));
                b.write(null, List.of(TestLog.entry(index, 6, PAYLOAD)));
            }
            Folders.copy(closed, bases.resolve("killed"));
        }
        List<SegmentImage> images = SegmentImage.of(closed);
        assertEquals(3, images.size());
        return images.stream()
                .flatMap(image -> image.records.stream())
                .noneMatch(record -> record.type() == RecordType.IDLE_MARK);
    }

    /** Nobody waits for the record that makes a group: it could share a page with the next one. */
    private static TestLog openAlone(SegmentLogStore store, String group) {
        TestLog log = TestLog.open(store, group);
        store.writer().barrier();
        return log;
    }

    /** The kinds of damage; each happens to one segment, or to a file of its own. */
    enum Damage {
        PAYLOAD_BIT,
        LENGTH_BIT,
        LENGTH_PLUS_ONE,
        LENGTH_ABSURD,
        TYPE_BIT,
        SEQUENCE_BIT,
        CHECKSUM_BIT,
        RECORD_ZEROED,
        PAGE_ZEROED,
        PAGE_RANDOM,
        TAIL_ZEROED,
        LAST_RECORD_BIT,
        HEAD_BIT,
        FOOTER_BIT,
        CUT_IN_THE_MIDDLE,
        SEGMENT_ZEROED,
        SEGMENT_EMPTIED,
        SEGMENT_DELETED,
        SEGMENT_OF_ANOTHER,
        CHRONICLE_HEADER_ZERO,
        CHRONICLE_HEADER_INCOMPLETE,
        CHRONICLE_HEADER_EOF,
        CHRONICLE_HEADER_METADATA,
        CHRONICLE_HEADER_PLUS_ONE,
        CHRONICLE_HEADER_ABSURD,
        FIRST_PAGE_ZEROED,
        INDEX_ZEROED,
        INDEX_RANDOM,
        METADATA_DELETED,
        METADATA_EMPTY,
        METADATA_ZEROED,
        METADATA_RANDOM,
        SPARE_RANDOM,
        CURRENT_DELETED,
        CURRENT_RANDOM,
        IDENTITY_BIT,
        IDENTITY_DELETED;

        /** Whether it happens to what Chronicle adds. */
        boolean isOfChronicle() {
            return name().startsWith("CHRONICLE")
                    || name().startsWith("INDEX")
                    || name().startsWith("METADATA");
        }
    }

    @ParameterizedTest(name = "{0}, {1}, segment {2}: {3}, {4}, {5}")
    @CsvFileSource(resources = TABLE, numLinesToSkip = 1)
    void s20_everyDamageInEveryPlace(
            Damage damage, String ended, int segment, String a, String b, String c)
            throws IOException {
        check(damage, ended, segment, a + " " + b + " " + c);
    }

    /** A damage without a row would be one that nobody looks at. */
    @Test
    void everyDamageIsInTheTable() throws IOException {
        String table;
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream(TABLE))) {
            table = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        for (Damage damage : Damage.values()) {
            assertTrue(
                    damage.isOfChronicle() && isOfPages() || table.contains("\n" + damage + ","),
                    damage + " is missing");
        }
    }

    private static boolean isOfPages() {
        return StoreUnderTest.get() instanceof StoreUnderTest.Pages;
    }

    /** Spoils a copy of the store, and opens it twice. */
    private void check(Damage damage, String ended, int segment, String expected)
            throws IOException {
        folder = Folders.copy(bases.resolve(ended), temp.resolve("store"));
        spoil(damage, segment);
        for (int opening = 1; opening <= 2; opening++) {
            assertEquals(expected, verdict(), damage + ", opening " + opening);
        }
    }

    // ---- verdicts ------------------------------------------------------------------------------

    private String verdict() {
        StringJoiner verdict = new StringJoiner(" ");
        try (var store = TestLog.openStore(folder)) {
            for (String group : List.of("a", "b", "c")) {
                verdict.add(verdict(store, group));
            }
            return verdict.toString();
        } catch (StoreException e) {
            assertTrue(String.valueOf(e.getMessage()).contains(folder.toString()), e.toString());
            return "refused refused refused";
        }
    }

    private static String verdict(SegmentLogStore store, String group) {
        if (!store.groups().contains(GroupId.of(group))) {
            return "unknown";
        }
        try (var log = TestLog.open(store, group)) {
            return served(log, group);
        } catch (SuspectGroupException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("'" + group + "'"), e.toString());
            return e.hardStateIntact() ? "suspect" : "lost";
        }
    }

    /** What is served is what was written, and it goes on. */
    private static String served(TestLog log, String group) {
        int last = group.equals("c") ? 3 : LAST;
        long term =
                switch (group) {
                    case "a" -> 5;
                    case "b" -> 6;
                    default -> 2;
                };
        List<LogEntry> written = TestLog.entries(1, last, term, group.equals("c") ? 50 : PAYLOAD);
        List<LogEntry> served = log.all();
        HardState hardState =
                switch (group) {
                    case "a" -> new HardState(5, TestLog.IDENTITY.node());
                    case "b" -> HardState.INITIAL;
                    default -> new HardState(2, null);
                };
        assertEquals(hardState, log.log.hardState(), group);
        assertEquals(written.subList(0, served.size()), served, group);
        return served.size() == last ? "whole" : "cut";
    }

    // ---- damages -------------------------------------------------------------------------------

    private void spoil(Damage damage, int segment) throws IOException {
        if (damage.isOfChronicle() && segment > 0) {
            spoilChronicles(damage, image(segment));
        } else if (segment > 0) {
            spoilOurs(damage, image(segment));
        } else {
            spoilFile(damage);
        }
    }

    private SegmentImage image(int segment) {
        return SegmentImage.of(folder).get(segment - 1);
    }

    /** A record of "a" in the middle of the segment. */
    private static Found victim(SegmentImage image) {
        List<Found> ofA =
                image.records.stream()
                        .filter(r -> r.group().equals("a") && r.type() == RecordType.ENTRY)
                        .toList();
        return ofA.get(ofA.size() / 2);
    }

    private void spoilOurs(Damage damage, SegmentImage image) throws IOException {
        Found record = victim(image);
        int at = record.offset();
        int page = at & -FilePages.PAGE;
        List<Found> all = image.records;
        switch (damage) {
            case PAYLOAD_BIT -> image.flip(at + RecordFormat.GROUP + 100);
            case LENGTH_BIT -> image.flip(at);
            case LENGTH_PLUS_ONE -> image.putInt(at, image.buffer().getInt(at) + 1);
            case LENGTH_ABSURD -> image.putInt(at, 100_000_000);
            case TYPE_BIT -> image.flip(at + RecordFormat.TYPE);
            case SEQUENCE_BIT -> image.flip(at + RecordFormat.STORE_SEQUENCE);
            case CHECKSUM_BIT -> image.flip(at + image.buffer().getInt(at) - 1);
            case RECORD_ZEROED -> image.zero(at, record.end());
            case PAGE_ZEROED -> image.zero(page, page + FilePages.PAGE);
            case PAGE_RANDOM -> random(image, page, page + FilePages.PAGE);
            case TAIL_ZEROED -> image.zero(at, image.bytes.length);
            case LAST_RECORD_BIT -> image.flip(lastEntry(all).offset() + 80);
            case HEAD_BIT -> image.flip(all.get(0).offset() + RecordFormat.STORE_SEQUENCE);
            case FOOTER_BIT ->
                    image.flip(all.get(all.size() - 1).offset() + RecordFormat.STORE_SEQUENCE);
            case CUT_IN_THE_MIDDLE -> Files.write(image.file, Arrays.copyOf(image.bytes, at + 100));
            case SEGMENT_ZEROED -> image.zero(0, image.bytes.length);
            case SEGMENT_EMPTIED -> Files.write(image.file, new byte[0]);
            case SEGMENT_DELETED -> Files.delete(image.file);
            case SEGMENT_OF_ANOTHER ->
                    Files.write(image.file, image(image.number == 1 ? 2 : 1).bytes);
            case FIRST_PAGE_ZEROED -> image.zero(0, FilePages.PAGE);
            default -> throw new AssertionError(damage);
        }
    }

    private static Found lastEntry(List<Found> records) {
        List<Found> entries = records.stream().filter(r -> r.type() == RecordType.ENTRY).toList();
        return entries.get(entries.size() - 1);
    }

    private static void random(SegmentImage image, int from, int to) {
        Random random = new Random(42);
        for (int at = from; at < to; at += 4) {
            image.putInt(at, random.nextInt());
        }
    }

    private static void spoilChronicles(Damage damage, SegmentImage image) {
        int at = victim(image).offset() - CHRONICLE_HEADER;
        int length = image.buffer().getInt(at);
        int first = image.records.get(0).offset();
        switch (damage) {
            case CHRONICLE_HEADER_ZERO -> image.putInt(at, 0);
            case CHRONICLE_HEADER_INCOMPLETE -> image.putInt(at, 0x80000000 | length);
            case CHRONICLE_HEADER_EOF -> image.putInt(at, 0xC0000000);
            case CHRONICLE_HEADER_METADATA -> image.putInt(at, 0x40000000 | length);
            case CHRONICLE_HEADER_PLUS_ONE -> image.putInt(at, length + 1);
            case CHRONICLE_HEADER_ABSURD -> image.putInt(at, 100_000_000);
            case INDEX_ZEROED -> image.zero(0, first - CHRONICLE_HEADER);
            case INDEX_RANDOM -> random(image, 0, first - CHRONICLE_HEADER);
            default -> throw new AssertionError(damage);
        }
    }

    private void spoilFile(Damage damage) throws IOException {
        Path log = folder.resolve("log");
        Path metadata = log.resolve("metadata.cq4t");
        Path current = log.resolve("CURRENT");
        Path identity = folder.resolve("IDENTITY");
        switch (damage) {
            case METADATA_DELETED -> Files.deleteIfExists(metadata);
            case METADATA_EMPTY -> Files.write(metadata, new byte[0]);
            case METADATA_ZEROED -> Files.write(metadata, new byte[METADATA_BYTES]);
            case METADATA_RANDOM -> Files.write(metadata, random(METADATA_BYTES));
            case SPARE_RANDOM ->
                    Files.write(
                            StoreUnderTest.get().files().preparedFile(log, 4),
                            random(TestLog.SEGMENT_BYTES));
            case CURRENT_DELETED -> Files.delete(current);
            case CURRENT_RANDOM -> Files.write(current, random(20));
            case IDENTITY_BIT -> {
                byte[] bytes = Files.readAllBytes(identity);
                bytes[20] ^= 4;
                Files.write(identity, bytes);
            }
            case IDENTITY_DELETED -> Files.delete(identity);
            default -> throw new AssertionError(damage);
        }
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        new Random(42).nextBytes(random);
        return random;
    }
}
