package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.StoreId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * How a record lies in a segment. All numbers are little-endian; a record begins at a multiple of 4
 * and is filled up to one with zeros.
 *
 * <pre>
 *  0  length       int   of the record with its checksum, without the filling
 *  4  type         byte  {@link RecordType}
 *  5  entry type   byte  of an entry, else 0
 *  6  group length byte  0 for records of the store itself
 *  7  version      byte  1
 *  8  store sequence     long  1, 2, 3, ... without gaps over all segments
 * 16  durable sequence   long  highest store sequence known durable when this was written
 * 24  group sequence     long  1, 2, 3, ... within the group
 * 32  index              long
 * 40  term               long
 * 48  cluster time       long
 * 56  group name, payload, CRC32C (int)
 * </pre>
 *
 * <p>The header is fixed because it is what recovery hunts for among damaged bytes: it can be
 * refused by a few compares, and decoding allocates nothing. Bodies with structure ({@link
 * Checkpoint}) are Protostuff messages, which may grow fields.
 *
 * <p>The checksum covers, before the record, the store's id and the segment's number. So a record
 * found elsewhere, in a copied file or inside the payload of another record, is not a record.
 */
final class RecordFormat {
    static final int VERSION = 1;

    static final int LENGTH = 0;
    static final int TYPE = 4;
    static final int ENTRY_TYPE = 5;
    static final int GROUP_LENGTH = 6;
    static final int VERSION_AT = 7;
    static final int STORE_SEQUENCE = 8;
    static final int DURABLE_SEQUENCE = 16;
    static final int GROUP_SEQUENCE = 24;
    static final int INDEX = 32;
    static final int TERM = 40;
    static final int CLUSTER_TIME = 48;
    static final int GROUP = 56;
    static final int CRC_BYTES = 4;

    /** Length of a record without group and payload. */
    static final int BYTES_MIN = GROUP + CRC_BYTES;

    static final int GROUP_BYTES_MAX = 64;

    /** Indexes and sequences stay below this, so that nobody's arithmetic overflows. */
    static final long NUMBER_MAX = 1L << 62;

    private static final int SEED_BYTES = 24;
    private static final int SEED_SEGMENT = 16;

    private RecordFormat() {}

    /** The length of a record. */
    static int bytes(int groupBytes, int payloadBytes) {
        return BYTES_MIN + groupBytes + payloadBytes;
    }

    /** A length with the filling. */
    static int padded(int bytes) {
        return bytes + 3 & ~3;
    }

    /** What the checksum covers before the record itself. */
    static byte[] seed(StoreId store) {
        byte[] seed = new byte[SEED_BYTES];
        byte[] id = HexFormat.of().parseHex(store.value());
        System.arraycopy(id, 0, seed, 0, id.length);
        return seed;
    }

    /** Sets the segment in a {@link #seed}. */
    static void seedSegment(byte[] seed, int segment) {
        ByteBuffer.wrap(seed).order(ByteOrder.LITTLE_ENDIAN).putLong(SEED_SEGMENT, segment);
    }
}
