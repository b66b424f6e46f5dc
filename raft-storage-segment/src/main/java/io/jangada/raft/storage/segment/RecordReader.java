package io.jangada.raft.storage.segment;

import static io.jangada.raft.storage.segment.RecordFormat.CRC_BYTES;
import static io.jangada.raft.storage.segment.RecordFormat.GROUP;
import static io.jangada.raft.storage.segment.RecordFormat.GROUP_BYTES_MAX;
import static io.jangada.raft.storage.segment.RecordFormat.GROUP_LENGTH;
import static io.jangada.raft.storage.segment.RecordFormat.LENGTH;
import static io.jangada.raft.storage.segment.RecordFormat.TYPE;
import static io.jangada.raft.storage.segment.RecordFormat.VERSION;
import static io.jangada.raft.storage.segment.RecordFormat.VERSION_AT;

import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Looks at one place of a segment at a time and tells whether a record stands there. For one
 * thread.
 */
final class RecordReader {
    private final byte[] seed;
    private final CRC32C crc = new CRC32C();
    private final byte[] nameBytes = new byte[GROUP_BYTES_MAX];
    private ByteBuffer segment = ByteBuffer.allocate(0);
    private int offset;
    private int length;
    private RecordType type = RecordType.ENTRY;
    private byte[] lastNameBytes = {};
    private String lastName = "";

    RecordReader(StoreId store) {
        seed = RecordFormat.seed(store);
    }

    /** Reads in this segment from now on. */
    void segment(int number, ByteBuffer bytes) {
        RecordFormat.seedSegment(seed, number);
        segment = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Whether a whole record with a good checksum begins at this offset. The other methods then
     * speak of it.
     */
    boolean at(int at) {
        int limit = segment.capacity();
        if (at + RecordFormat.BYTES_MIN > limit) {
            return false;
        }
        int recordBytes = segment.getInt(at + LENGTH);
        if (recordBytes < RecordFormat.BYTES_MIN || recordBytes > limit - at) {
            return false;
        }
        int groupBytes = segment.get(at + GROUP_LENGTH);
        if (segment.get(at + VERSION_AT) != VERSION
                || groupBytes < 0
                || groupBytes > GROUP_BYTES_MAX
                || RecordFormat.bytes(groupBytes, 0) > recordBytes) {
            return false;
        }
        RecordType found = RecordType.of(segment.get(at + TYPE));
        int crcAt = at + recordBytes - CRC_BYTES;
        if (found == null || checksum(at, crcAt) != segment.getInt(crcAt)) {
            return false;
        }
        offset = at;
        length = recordBytes;
        type = found;
        return true;
    }

    /**
     * Whether a record seems to begin at this offset, whatever its checksum. The other methods then
     * speak of it, as far as it can be believed.
     */
    boolean looksLikeRecord(int at) {
        int limit = segment.capacity();
        int recordBytes = segment.getInt(at + LENGTH);
        int groupBytes = segment.get(at + GROUP_LENGTH);
        RecordType found = RecordType.of(segment.get(at + TYPE));
        if (segment.get(at + VERSION_AT) != VERSION
                || found == null
                || groupBytes < 0
                || groupBytes > GROUP_BYTES_MAX
                || recordBytes < RecordFormat.bytes(groupBytes, 0)
                || recordBytes > limit - at) {
            return false;
        }
        offset = at;
        length = recordBytes;
        type = found;
        return true;
    }

    private int checksum(int from, int to) {
        crc.reset();
        crc.update(seed, 0, seed.length);
        segment.limit(to).position(from);
        crc.update(segment);
        segment.limit(segment.capacity());
        return (int) crc.getValue();
    }

    int offset() {
        return offset;
    }

    /** Where the next record can begin at the earliest. */
    int end() {
        return offset + RecordFormat.padded(length);
    }

    RecordType type() {
        return type;
    }

    /** Whether it is a log entry, written for the first time or once more. */
    boolean isEntry() {
        return type == RecordType.ENTRY || type == RecordType.REWRITTEN_ENTRY;
    }

    /** How far one can look. */
    int limit() {
        return segment.capacity();
    }

    long storeSequence() {
        return segment.getLong(offset + RecordFormat.STORE_SEQUENCE);
    }

    long durableSequence() {
        return segment.getLong(offset + RecordFormat.DURABLE_SEQUENCE);
    }

    long groupSequence() {
        return segment.getLong(offset + RecordFormat.GROUP_SEQUENCE);
    }

    long index() {
        return segment.getLong(offset + RecordFormat.INDEX);
    }

    long term() {
        return segment.getLong(offset + RecordFormat.TERM);
    }

    long clusterTimeMillis() {
        return segment.getLong(offset + RecordFormat.CLUSTER_TIME);
    }

    byte entryTypeCode() {
        return segment.get(offset + RecordFormat.ENTRY_TYPE);
    }

    int payloadBytes() {
        return length - RecordFormat.bytes(segment.get(offset + GROUP_LENGTH), 0);
    }

    boolean isMembership() {
        return segment.get(offset + RecordFormat.ENTRY_TYPE) == EntryType.MEMBERSHIP.code();
    }

    /** The group's name, empty for a record of the store itself. */
    String group() {
        int bytes = segment.get(offset + GROUP_LENGTH);
        segment.get(offset + GROUP, nameBytes, 0, bytes);
        // Neighbouring records are mostly of one group: its name is then not made anew.
        if (!sameAsLast(bytes)) {
            lastNameBytes = Arrays.copyOf(nameBytes, bytes);
            lastName = new String(lastNameBytes, StandardCharsets.ISO_8859_1);
        }
        return lastName;
    }

    private boolean sameAsLast(int bytes) {
        return Arrays.equals(nameBytes, 0, bytes, lastNameBytes, 0, lastNameBytes.length);
    }

    byte[] payload() {
        int from = offset + GROUP + segment.get(offset + GROUP_LENGTH);
        byte[] payload = new byte[offset + length - CRC_BYTES - from];
        segment.get(from, payload, 0, payload.length);
        return payload;
    }

    /** The entry in an entry record. */
    LogEntry entry() {
        return new LogEntry(
                index(),
                term(),
                segment.getLong(offset + RecordFormat.CLUSTER_TIME),
                EntryType.of(segment.get(offset + RecordFormat.ENTRY_TYPE)),
                payload());
    }
}
