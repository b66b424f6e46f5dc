package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Membership;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How a snapshot lies in its file: a header, the content in chunks of one size, a trailer. All
 * numbers are little-endian.
 *
 * <pre>
 * header:   0 magic "JANGSNAP" · 8 version (int) · 12 length of the header with its checksum (int)
 *          16 size of a chunk (int) · 20 zero (int) · 24 store id (16 bytes)
 *          40 index · 48 term · 56 cluster time · 64 index of the configuration (longs)
 *          72 length of the group's name (int), name; length of the membership (int), its text
 *             CRC32C of all that (int)
 * chunk:    length of its content (int), content, CRC32C (int)
 * trailer:  magic "JANGDONE", size of the content (long), SHA-256 of it (32 bytes), CRC32C (int)
 * </pre>
 *
 * <p>Every chunk but the last is full, so a position of the content tells its place in the file.
 * The checksums of chunks and trailer also cover the header's checksum and the number of the chunk:
 * a chunk is one only where it was written. Size and hash stand at the end because whoever takes a
 * snapshot of itself does not know them before.
 */
final class SnapshotFormat {
    static final int VERSION = 1;

    /** What the bulk lane asks for at once, so that one request reads one chunk. */
    static final int CHUNK_BYTES = 256 << 10;

    /** Length and checksum of a chunk. */
    static final int CHUNK_FRAME_BYTES = 2 * Integer.BYTES;

    static final int TRAILER_BYTES = 52;

    private static final long MAGIC = 0x50414E53_474E414AL; // "JANGSNAP"
    private static final long TRAILER_MAGIC = 0x454E4F44_474E414AL; // "JANGDONE"
    private static final int FIXED_BYTES = 72;
    private static final int HEADER_BYTES_MAX = 16 << 20;
    private static final int CHUNK_BYTES_MAX = 16 << 20;
    private static final int HASH_BYTES = 32;

    private SnapshotFormat() {}

    /** The head of a file as it was written or read. */
    record Header(
            StoreId store, GroupId group, SnapshotMeta meta, int chunkBytes, int bytes, int crc) {
        /** Where a chunk begins in the file. */
        long chunkAt(long number) {
            return bytes + number * (chunkBytes + CHUNK_FRAME_BYTES);
        }

        /** Where the trailer begins if the content has that many bytes. */
        long trailerAt(long contentBytes) {
            long rest = contentBytes % chunkBytes;
            return chunkAt(contentBytes / chunkBytes) + (rest == 0 ? 0 : rest + CHUNK_FRAME_BYTES);
        }
    }

    /**
     * A new header.
     *
     * @param bytes {@link #headerBytes} of them, filled here
     */
    static Header header(
            StoreId store, GroupId group, SnapshotMeta meta, int chunkBytes, byte[] bytes) {
        byte[] name = group.value().getBytes(StandardCharsets.UTF_8);
        byte[] membership = meta.membership().toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer into = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        into.putLong(MAGIC).putInt(VERSION).putInt(bytes.length).putInt(chunkBytes).putInt(0);
        into.put(HexFormat.of().parseHex(store.value()));
        into.putLong(meta.index()).putLong(meta.term());
        into.putLong(meta.clusterTimeMillis()).putLong(meta.membershipIndex());
        into.putInt(name.length).put(name).putInt(membership.length).put(membership);
        int crc = crc(bytes, 0, into.position());
        into.putInt(crc);
        return new Header(store, group, meta, chunkBytes, bytes.length, crc);
    }

    /** The size of a header. */
    static int headerBytes(GroupId group, Membership membership) {
        return headerBytes(
                group.value().getBytes(StandardCharsets.UTF_8).length,
                membership.toString().getBytes(StandardCharsets.UTF_8).length);
    }

    private static int headerBytes(int nameBytes, int membershipBytes) {
        return FIXED_BYTES + 3 * Integer.BYTES + nameBytes + membershipBytes;
    }

    /**
     * Reads the head of a file.
     *
     * @throws StoreException if it is damaged, or of a version that is not understood
     */
    static Header readHeader(Path path, RandomAccessFile file) throws IOException {
        byte[] start = read(file, 0, 16);
        ByteBuffer fixed = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
        if (start.length < 16 || fixed.getLong() != MAGIC) {
            throw damaged(path, "it does not begin as a snapshot does");
        }
        int version = fixed.getInt();
        int bytes = fixed.getInt();
        if (bytes < headerBytes(1, 0) || bytes > HEADER_BYTES_MAX || bytes > file.length()) {
            throw damaged(path, "its header has no possible length");
        }
        ByteBuffer all = ByteBuffer.wrap(read(file, 0, bytes)).order(ByteOrder.LITTLE_ENDIAN);
        int crcAt = bytes - Integer.BYTES;
        if (crc(all.array(), 0, crcAt) != all.getInt(crcAt)) {
            throw damaged(path, "its header fails its checksum");
        }
        if (version != VERSION) {
            throw new StoreException(
                    "%s has version %d, this program reads %d: use the one that wrote it"
                            .formatted(path, version, VERSION),
                    null);
        }
        try {
            return parse(all, bytes);
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw new StoreException("%s is damaged: %s".formatted(path, e), e);
        }
    }

    private static Header parse(ByteBuffer all, int bytes) {
        all.position(16);
        int chunkBytes = all.getInt();
        if (chunkBytes < 1 || chunkBytes > CHUNK_BYTES_MAX) {
            throw new IllegalArgumentException("its chunks have " + chunkBytes + " bytes");
        }
        all.getInt();
        byte[] id = new byte[16];
        all.get(id);
        StoreId store = new StoreId(HexFormat.of().formatHex(id));
        long index = all.getLong();
        long term = all.getLong();
        long clusterTime = all.getLong();
        long membershipIndex = all.getLong();
        GroupId group = GroupId.of(text(all));
        Membership membership = Membership.parse(text(all));
        return new Header(
                store,
                group,
                new SnapshotMeta(index, term, clusterTime, membershipIndex, membership),
                chunkBytes,
                bytes,
                all.getInt());
    }

    private static String text(ByteBuffer from) {
        int length = from.getInt();
        if (length < 0 || length > from.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /**
     * Frames a chunk whose content stands from byte 4 on.
     *
     * @return the length with its frame
     */
    static int frameChunk(Header header, long number, byte[] chunk, int contentBytes) {
        ByteBuffer frame = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(0, contentBytes);
        int crcAt = Integer.BYTES + contentBytes;
        frame.putInt(crcAt, chunkCrc(header, number, chunk, crcAt));
        return contentBytes + CHUNK_FRAME_BYTES;
    }

    /**
     * Reads a chunk with its frame.
     *
     * @param contentBytes how long its content must be, or -1 if it may have any length
     * @param into holds the content from byte 4 on afterwards
     * @return the length of the content, or -1 if there is no whole and good chunk
     */
    static int readChunk(
            Header header, RandomAccessFile file, long number, int contentBytes, byte[] into)
            throws IOException {
        int wanted = CHUNK_FRAME_BYTES + (contentBytes < 0 ? header.chunkBytes() : contentBytes);
        int bytes = readFully(file, header.chunkAt(number), into, wanted);
        if (bytes < CHUNK_FRAME_BYTES) {
            return -1;
        }
        ByteBuffer frame = ByteBuffer.wrap(into).order(ByteOrder.LITTLE_ENDIAN);
        int length = frame.getInt(0);
        if (length < 1
                || length > bytes - CHUNK_FRAME_BYTES
                || contentBytes >= 0 && length != contentBytes) {
            return -1;
        }
        int crcAt = Integer.BYTES + length;
        return chunkCrc(header, number, into, crcAt) == frame.getInt(crcAt) ? length : -1;
    }

    private static int chunkCrc(Header header, long number, byte[] chunk, int length) {
        CRC32C crc = new CRC32C();
        byte[] seed = new byte[12];
        ByteBuffer.wrap(seed).order(ByteOrder.LITTLE_ENDIAN).putInt(header.crc()).putLong(number);
        crc.update(seed, 0, seed.length);
        crc.update(chunk, 0, length);
        return (int) crc.getValue();
    }

    static byte[] trailer(Header header, long contentBytes, byte[] hash) {
        ByteBuffer trailer = ByteBuffer.allocate(TRAILER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        trailer.putLong(TRAILER_MAGIC).putLong(contentBytes).put(hash);
        trailer.putInt(trailerCrc(header, trailer.array()));
        return trailer.array();
    }

    private static int trailerCrc(Header header, byte[] trailer) {
        return chunkCrc(header, -1, trailer, TRAILER_BYTES - Integer.BYTES);
    }

    /**
     * Reads the end of a file.
     *
     * @throws StoreException if it is damaged or the file has another length than it says
     */
    static SnapshotInfo readTrailer(Path path, RandomAccessFile file, Header header)
            throws IOException {
        long at = file.length() - TRAILER_BYTES;
        byte[] bytes = at < header.bytes() ? new byte[0] : read(file, at, TRAILER_BYTES);
        ByteBuffer trailer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < TRAILER_BYTES
                || trailer.getLong() != TRAILER_MAGIC
                || trailer.getInt(TRAILER_BYTES - Integer.BYTES) != trailerCrc(header, bytes)) {
            throw damaged(path, "its end is missing or fails its checksum");
        }
        long contentBytes = trailer.getLong();
        if (contentBytes < 0 || header.trailerAt(contentBytes) != at) {
            throw damaged(path, "it has another length than it says");
        }
        byte[] hash = new byte[HASH_BYTES];
        trailer.get(hash);
        return new SnapshotInfo(header.meta(), contentBytes, HexFormat.of().formatHex(hash));
    }

    static StoreException damaged(Path path, String what) {
        return damaged(path, what, null);
    }

    static StoreException damaged(Path path, String what, @Nullable Throwable cause) {
        return new StoreException("%s is damaged: %s".formatted(path, what), cause);
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    private static byte[] read(RandomAccessFile file, long at, int length) throws IOException {
        byte[] bytes = new byte[length];
        int read = readFully(file, at, bytes, length);
        return read == length ? bytes : Arrays.copyOf(bytes, read);
    }

    private static int readFully(RandomAccessFile file, long at, byte[] into, int length)
            throws IOException {
        file.seek(at);
        int done = 0;
        while (done < length) {
            int read = file.read(into, done, length - done);
            if (read < 0) {
                break;
            }
            done += read;
        }
        return done;
    }
}
