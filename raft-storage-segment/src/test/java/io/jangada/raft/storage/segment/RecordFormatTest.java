package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** Records come back as they were made, and from nowhere else. */
class RecordFormatTest {
    private static final StoreId STORE = StoreId.of(0x0102, 0x0304);

    private static byte[] encode(int segment, String group, LogEntry entry) {
        RecordEncoder encoder = new RecordEncoder(STORE);
        encoder.segment(segment);
        int length = encode(encoder, group, entry);
        return Arrays.copyOf(encoder.buffer(), length);
    }

    private static int encode(RecordEncoder encoder, String group, LogEntry entry) {
        return encoder.begin(RecordType.ENTRY, 11, 10)
                .group(group.getBytes(StandardCharsets.ISO_8859_1), 9)
                .index(entry.index())
                .term(entry.term())
                .entry(entry.type().code(), entry.clusterTimeMillis())
                .finish(entry.payload());
    }

    private static RecordReader reader(int segment, byte[] bytes) {
        RecordReader reader = new RecordReader(STORE);
        reader.segment(segment, ByteBuffer.wrap(bytes));
        return reader;
    }

    /** The bytes on disk never change: whoever changes them loses everybody's data. */
    @Example
    void formatIsWhatItWas() {
        LogEntry entry =
                new LogEntry(7, 3, 250, EntryType.COMMAND, new byte[] {(byte) 0xca, (byte) 0xfe});
        String hex = HexFormat.of().formatHex(encode(5, "g1", entry));
        assertEquals(
                "40000000" // length
                        + "01010201" // entry, command, length of the group's name, version
                        + "0b00000000000000" // store sequence
                        + "0a00000000000000" // durable sequence
                        + "0900000000000000" // group sequence
                        + "0700000000000000" // index
                        + "0300000000000000" // term
                        + "fa00000000000000" // cluster time
                        + "6731" // group
                        + "cafe" // payload
                        + "f9f1e8d8", // CRC32C of store id, segment and all of the above
                hex);
    }

    @Property(tries = 200)
    void entryComesBack(
            @ForAll long index,
            @ForAll long term,
            @ForAll long time,
            @ForAll EntryType type,
            @ForAll @AlphaChars @StringLength(min = 1, max = 64) String group,
            @ForAll @Size(max = 9000) byte[] payload) {
        LogEntry entry = new LogEntry(index, term, time, type, payload);
        byte[] record = encode(1, group, entry);
        assertEquals(0, record.length % 4);
        RecordReader reader = reader(1, record);
        assertTrue(reader.at(0));
        assertEquals(entry, reader.entry());
        assertEquals(group, reader.group());
        assertEquals(RecordType.ENTRY, reader.type());
        assertEquals(11, reader.storeSequence());
        assertEquals(10, reader.durableSequence());
        assertEquals(9, reader.groupSequence());
        assertEquals(record.length, reader.end());
    }

    @Property(tries = 100)
    void changedByteIsNoRecord(
            @ForAll @Size(max = 300) byte[] payload,
            @ForAll @IntRange(max = 355) int where,
            @ForAll @IntRange(min = 1, max = 255) int change) {
        byte[] record = encode(1, "g", new LogEntry(1, 1, 1, EntryType.COMMAND, payload));
        int length = RecordFormat.bytes(1, payload.length);
        record[where % length] ^= (byte) change;
        assertFalse(reader(1, record).at(0));
    }

    @Property(tries = 100)
    void randomBytesAreNoRecord(@ForAll @Size(max = 200) byte[] bytes) {
        RecordReader reader = reader(1, bytes);
        for (int at = 0; at < bytes.length; at++) {
            assertFalse(reader.at(at));
        }
    }

    @Property(tries = 50)
    void cutRecordIsNoRecord(
            @ForAll @Size(max = 100) byte[] payload, @ForAll @IntRange(max = 160) int cut) {
        byte[] record = encode(1, "g", new LogEntry(1, 1, 1, EntryType.COMMAND, payload));
        int kept = cut % RecordFormat.bytes(1, payload.length);
        assertFalse(reader(1, Arrays.copyOf(record, kept)).at(0));
        assertFalse(
                reader(1, Arrays.copyOf(Arrays.copyOf(record, kept), record.length)).at(0)
                        && !isAllZeroBehind(record, kept));
    }

    private static boolean isAllZeroBehind(byte[] record, int from) {
        for (int i = from; i < record.length; i++) {
            if (record[i] != 0) {
                return false;
            }
        }
        return true;
    }

    @Example
    void recordOfAnotherSegmentOrStoreIsNoRecord() {
        byte[] record = encode(1, "g", LogEntry.noop(1, 1, 1));
        assertTrue(reader(1, record).at(0));
        assertFalse(reader(2, record).at(0));
        RecordReader other = new RecordReader(StoreId.of(1, 1));
        other.segment(1, ByteBuffer.wrap(record));
        assertFalse(other.at(0));
    }

    @Example
    void bufferIsReusedWithoutTraces() {
        RecordEncoder encoder = new RecordEncoder(STORE);
        encoder.segment(1);
        byte[] large = new byte[10_000];
        Arrays.fill(large, (byte) -1);
        encode(encoder, "large", new LogEntry(1, 1, 1, EntryType.COMMAND, large));
        LogEntry small = new LogEntry(2, 1, 1, EntryType.NOOP, new byte[1]);
        int length = encode(encoder, "s", small);
        assertArrayEquals(encode(1, "s", small), Arrays.copyOf(encoder.buffer(), length));
    }

    @Example
    void everyTypeHasItsCode() {
        for (RecordType type : RecordType.values()) {
            assertEquals(type, RecordType.of(type.code));
        }
    }
}
