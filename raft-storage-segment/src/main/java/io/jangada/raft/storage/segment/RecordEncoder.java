package io.jangada.raft.storage.segment;

import static io.jangada.raft.storage.segment.RecordFormat.CLUSTER_TIME;
import static io.jangada.raft.storage.segment.RecordFormat.CRC_BYTES;
import static io.jangada.raft.storage.segment.RecordFormat.DURABLE_SEQUENCE;
import static io.jangada.raft.storage.segment.RecordFormat.ENTRY_TYPE;
import static io.jangada.raft.storage.segment.RecordFormat.GROUP;
import static io.jangada.raft.storage.segment.RecordFormat.GROUP_LENGTH;
import static io.jangada.raft.storage.segment.RecordFormat.GROUP_SEQUENCE;
import static io.jangada.raft.storage.segment.RecordFormat.INDEX;
import static io.jangada.raft.storage.segment.RecordFormat.LENGTH;
import static io.jangada.raft.storage.segment.RecordFormat.STORE_SEQUENCE;
import static io.jangada.raft.storage.segment.RecordFormat.TERM;
import static io.jangada.raft.storage.segment.RecordFormat.TYPE;
import static io.jangada.raft.storage.segment.RecordFormat.VERSION;
import static io.jangada.raft.storage.segment.RecordFormat.VERSION_AT;

import io.jangada.raft.spi.StoreId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Makes one record at a time in a buffer that it reuses. For one thread.
 *
 * <p>Usage: {@code begin}, then what the record needs, then {@code finish}; {@link #buffer()} holds
 * the record until the next {@code begin}.
 */
final class RecordEncoder {
    private final byte[] seed;
    private final CRC32C crc = new CRC32C();
    private byte[] bytes = new byte[4096];
    private ByteBuffer buffer = view(bytes);

    RecordEncoder(StoreId store) {
        seed = RecordFormat.seed(store);
    }

    /** Records from now on are for this segment. */
    void segment(int segment) {
        RecordFormat.seedSegment(seed, segment);
    }

    RecordEncoder begin(RecordType type, long storeSequence, long durableSequence) {
        buffer.putInt(TYPE, type.code | VERSION << 24);
        assert buffer.get(VERSION_AT) == VERSION && buffer.get(GROUP_LENGTH) == 0;
        buffer.putLong(STORE_SEQUENCE, storeSequence);
        buffer.putLong(DURABLE_SEQUENCE, durableSequence);
        buffer.putLong(GROUP_SEQUENCE, 0);
        buffer.putLong(INDEX, 0);
        buffer.putLong(TERM, 0);
        buffer.putLong(CLUSTER_TIME, 0);
        return this;
    }

    RecordEncoder group(byte[] name, long groupSequence) {
        buffer.put(GROUP_LENGTH, (byte) name.length);
        buffer.putLong(GROUP_SEQUENCE, groupSequence);
        buffer.put(GROUP, name, 0, name.length);
        return this;
    }

    RecordEncoder index(long index) {
        buffer.putLong(INDEX, index);
        return this;
    }

    RecordEncoder term(long term) {
        buffer.putLong(TERM, term);
        return this;
    }

    RecordEncoder entry(int entryType, long clusterTimeMillis) {
        buffer.put(ENTRY_TYPE, (byte) entryType);
        buffer.putLong(CLUSTER_TIME, clusterTimeMillis);
        return this;
    }

    /**
     * Ends the record.
     *
     * @return its length with the filling
     */
    int finish(byte[] payload) {
        int groupBytes = buffer.get(GROUP_LENGTH);
        int length = RecordFormat.bytes(groupBytes, payload.length);
        int padded = RecordFormat.padded(length);
        if (padded > buffer.capacity()) {
            grow(padded, GROUP + groupBytes);
        }
        buffer.putInt(LENGTH, length);
        buffer.put(GROUP + groupBytes, payload, 0, payload.length);
        int crcAt = length - CRC_BYTES;
        // Zeroed ahead of the checksum, so that old bytes never show in the filling.
        buffer.putInt(padded - CRC_BYTES, 0);
        buffer.putInt(crcAt, checksum(crcAt));
        return padded;
    }

    /** The record, from 0 on. */
    byte[] buffer() {
        return bytes;
    }

    private int checksum(int length) {
        crc.reset();
        crc.update(seed, 0, seed.length);
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private void grow(int needed, int kept) {
        byte[] larger = new byte[Integer.highestOneBit(needed - 1) << 1];
        System.arraycopy(bytes, 0, larger, 0, kept);
        bytes = larger;
        buffer = view(larger);
    }

    private static ByteBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
