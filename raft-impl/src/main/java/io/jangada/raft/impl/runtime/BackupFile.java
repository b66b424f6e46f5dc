package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Membership;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot in a file of its own, to be kept elsewhere. Big-endian:
 *
 * <pre>
 *   8  "JANGADAB"
 *   4  format, 1
 *   4  length of the header, then the header:
 *        group (text), index, term, cluster time, index of the configuration (8 each),
 *        configuration (text), size of the content (8), SHA-256 of the content (32);
 *        a text is its length in bytes (4), then UTF-8
 *   4  CRC32C of everything before
 *      the content, to the end of the file
 * </pre>
 *
 * <p>A later format may append fields to the header: what is there beyond the known ones is
 * skipped.
 *
 * @param file where it is
 * @param group whose state it holds
 * @param info what it stands for
 * @param contentPosition where the content begins
 */
record BackupFile(Path file, GroupId group, SnapshotInfo info, long contentPosition) {
    private static final byte[] MAGIC = "JANGADAB".getBytes(StandardCharsets.US_ASCII);
    private static final int FORMAT = 1;
    private static final int HEADER_BYTES_MAX = 16 << 20;
    private static final int HASH_BYTES = 32;
    private static final int CHUNK_BYTES = 256 << 10;

    // Writing

    /**
     * Copies a snapshot into a new file, which appears whole and durable or not at all.
     *
     * @throws FileAlreadyExistsException if there is one
     * @throws IOException if it cannot be written
     * @throws StoreException if the snapshot cannot be read or is damaged
     */
    static BackupFile write(Path file, GroupId group, SnapshotFile snapshot) throws IOException {
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(
                    file.toString(), null, "a backup overwrites nothing; name another file");
        }
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        byte[] header = header(group, snapshot.info());
        try {
            writeTo(temporary, header, snapshot);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException | Error e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
        syncFolder(file.toAbsolutePath().getParent());
        return new BackupFile(file, group, snapshot.info(), header.length);
    }

    private static void writeTo(Path temporary, byte[] header, SnapshotFile snapshot)
            throws IOException {
        try (FileChannel out =
                FileChannel.open(
                        temporary,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            writeFully(out, ByteBuffer.wrap(header));
            MessageDigest digest = sha256();
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
            long position = 0;
            for (int read = snapshot.read(0, chunk);
                    read > 0;
                    read = snapshot.read(position, chunk.clear())) {
                position += read;
                chunk.flip();
                digest.update(chunk.duplicate());
                writeFully(out, chunk);
            }
            String damage = differs(snapshot.info(), position, digest);
            if (damage != null) {
                throw new StoreException("the snapshot is damaged: " + damage, null);
            }
            out.force(true);
        }
    }

    private static byte[] header(GroupId group, SnapshotInfo info) throws IOException {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(fields);
        SnapshotMeta meta = info.meta();
        writeText(out, group.value());
        out.writeLong(meta.index());
        out.writeLong(meta.term());
        out.writeLong(meta.clusterTimeMillis());
        out.writeLong(meta.membershipIndex());
        writeText(out, meta.membership().toString());
        out.writeLong(info.bytes());
        out.write(HexFormat.of().parseHex(info.hash()));
        byte[] body = fields.toByteArray();
        ByteBuffer header = ByteBuffer.allocate(MAGIC.length + 8 + body.length + 4);
        header.put(MAGIC).putInt(FORMAT).putInt(body.length).put(body);
        header.putInt(checksum(header.array(), header.position()));
        return header.array();
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** Not every file system lets a folder be synced; the file itself is. */
    private static void syncFolder(@Nullable Path folder) {
        if (folder == null) {
            return; // The root of a file system, which cannot be named as a file anyhow.
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            System.getLogger(BackupFile.class.getName())
                    .log(System.Logger.Level.DEBUG, "cannot sync folder " + folder, e);
        }
    }

    // Reading

    /**
     * Reads what a backup stands for, not its content.
     *
     * @throws IllegalArgumentException if the file is missing, damaged or something else; one
     *     sentence that names it
     */
    static BackupFile read(Path file) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(file, in);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no backup " + file, e);
        } catch (EOFException e) {
            throw new IllegalArgumentException(file + " is no backup, or its end is missing", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static BackupFile read(Path file, FileChannel in) throws IOException {
        ByteBuffer start = readFully(in, 0, MAGIC.length + 8);
        byte[] magic = new byte[MAGIC.length];
        start.get(magic);
        if (!MessageDigest.isEqual(magic, MAGIC)) {
            throw new IllegalArgumentException(file + " is not a backup of Jangada");
        }
        int format = start.getInt();
        if (format != FORMAT) {
            throw new IllegalArgumentException(
                    "backup "
                            + file
                            + " has format "
                            + format
                            + ", this version reads format "
                            + FORMAT
                            + ": use a newer version");
        }
        int length = start.getInt();
        if (length < 0 || length > HEADER_BYTES_MAX) {
            throw damaged(file, "the length of its header is " + length);
        }
        int end = MAGIC.length + 8 + length;
        ByteBuffer all = readFully(in, 0, end + 4);
        byte[] header = new byte[end];
        all.get(header);
        if (all.getInt() != checksum(header, end)) {
            throw damaged(file, "its header has another checksum");
        }
        byte[] body = Arrays.copyOfRange(header, MAGIC.length + 8, end);
        BackupFile backup = parse(file, body, end + 4);
        long content = in.size() - backup.contentPosition();
        if (content != backup.info().bytes()) {
            throw damaged(
                    file,
                    "it holds " + content + " bytes of content, not " + backup.info().bytes());
        }
        return backup;
    }

    private static BackupFile parse(Path file, byte[] body, long contentPosition)
            throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(body));
        try {
            GroupId group = GroupId.of(readText(in));
            long index = in.readLong();
            long term = in.readLong();
            long clusterTime = in.readLong();
            long membershipIndex = in.readLong();
            Membership membership = Membership.parse(readText(in));
            SnapshotMeta meta =
                    new SnapshotMeta(index, term, clusterTime, membershipIndex, membership);
            long bytes = in.readLong();
            byte[] hash = in.readNBytes(HASH_BYTES);
            return new BackupFile(
                    file,
                    group,
                    new SnapshotInfo(meta, bytes, HexFormat.of().formatHex(hash)),
                    contentPosition);
        } catch (IllegalArgumentException e) {
            throw damaged(file, String.valueOf(e.getMessage()));
        }
    }

    private static String readText(DataInputStream in) throws IOException {
        int length = in.readInt();
        byte[] bytes = in.readNBytes(Math.max(length, 0));
        if (bytes.length != length) {
            throw new EOFException("a text of " + length + " bytes ends early");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /**
     * Makes it the first snapshot of a new group of other members, which begins in the snapshot's
     * term. As with a founding entry, every founder writes the same, and no leader of the new group
     * is elected in that term.
     *
     * @param founding the members of the new group
     * @throws IllegalArgumentException if the file is damaged or cannot be read
     */
    void found(SnapshotStore snapshots, Membership founding) {
        SnapshotMeta old = info.meta();
        SnapshotMeta meta =
                new SnapshotMeta(
                        old.index(), old.term(), old.clusterTimeMillis(), old.index(), founding);
        verify(); // First: a sink would keep what is damaged, to be resumed.
        try (SnapshotSink sink =
                snapshots.receive(new SnapshotInfo(meta, info.bytes(), info.hash()))) {
            readContent((chunk, position) -> writeTo(sink, chunk, position));
            sink.commit();
        }
    }

    private interface ChunkTaker {
        void take(ByteBuffer chunk, long position);
    }

    private void readContent(ChunkTaker taker) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
            long position = 0;
            for (int read = in.read(chunk, contentPosition);
                    read > 0;
                    read = in.read(chunk.clear(), contentPosition + position)) {
                taker.take(chunk.flip(), position);
                position += read;
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private void verify() {
        MessageDigest digest = sha256();
        long[] bytes = {0};
        readContent(
                (chunk, position) -> {
                    bytes[0] = position + chunk.remaining();
                    digest.update(chunk);
                });
        String damage = differs(info, bytes[0], digest);
        if (damage != null) {
            throw damaged(file, damage);
        }
    }

    /** A sink that an earlier, interrupted attempt left has the beginning already. */
    private static void writeTo(SnapshotSink sink, ByteBuffer chunk, long position) {
        long known = sink.position() - position;
        if (known < chunk.remaining()) {
            sink.write(chunk.position(chunk.position() + (int) Math.max(known, 0)));
        }
    }

    /** What is wrong with content that was read; null if nothing is. */
    private static @Nullable String differs(SnapshotInfo info, long bytes, MessageDigest digest) {
        String hash = HexFormat.of().formatHex(digest.digest());
        if (bytes == info.bytes() && hash.equals(info.hash())) {
            return null;
        }
        return bytes
                + " bytes with SHA-256 "
                + hash
                + " are not the "
                + info.bytes()
                + " bytes with "
                + info.hash()
                + " that it announces";
    }

    private static ByteBuffer readFully(FileChannel in, long position, int length)
            throws IOException {
        if (in.size() < position + length) {
            throw new EOFException();
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (in.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException();
            }
        }
        return bytes.flip();
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static IllegalArgumentException damaged(Path file, String why) {
        return new IllegalArgumentException("backup " + file + " is damaged: " + why);
    }

    private static IllegalArgumentException unreadable(Path file, IOException e) {
        return new IllegalArgumentException(
                "backup " + file + " cannot be read: " + e.getMessage(), e);
    }
}
