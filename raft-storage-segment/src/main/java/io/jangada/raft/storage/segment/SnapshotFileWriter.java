package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.StoreException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Writes a snapshot under a name that nobody takes seriously yet: one taken here, or one that comes
 * from another node and may have begun in an earlier life. One chunk is in memory, whatever the
 * size of the snapshot.
 */
final class SnapshotFileWriter implements SnapshotSink {
    private static final Logger LOG = System.getLogger(SnapshotFileWriter.class.getPackageName());

    /**
     * Synced every so often: the disk is the log's too, and a sync of the log should not have to
     * wait until a gigabyte of somebody else's pages is written.
     */
    private static final long SYNC_BYTES = 8 << 20;

    private final FileSnapshotStore owner;
    private final Disk disk;
    private final Path path;
    private final RandomAccessFile file;
    private final SnapshotFormat.Header header;
    private final @Nullable SnapshotInfo announced;
    private final MessageDigest sha256 = sha256();
    private final byte[] chunk;
    private int chunkFilled;
    private long chunkNumber;
    private long bytesToSync;
    private boolean ended;

    /** Goes on behind what the file holds, all of it verified, or begins a new one. */
    SnapshotFileWriter(
            FileSnapshotStore owner,
            Path path,
            SnapshotFormat.Header newHeader,
            byte[] headerBytes,
            @Nullable SnapshotInfo announced)
            throws IOException {
        this.owner = owner;
        this.disk = owner.disk();
        this.path = path;
        this.announced = announced;
        file = disk.open(path);
        boolean opened = false;
        try {
            SnapshotFormat.Header found = announced == null ? null : existingHeader(newHeader);
            header = found == null ? newHeader : found;
            chunk = new byte[header.chunkBytes() + SnapshotFormat.CHUNK_FRAME_BYTES];
            if (found == null || announced == null) {
                disk.setLength(file, 0);
                disk.write(file, headerBytes, headerBytes.length);
            } else {
                resume(announced);
            }
            opened = true;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The header of an earlier attempt at the same snapshot, or null if there is none. */
    private SnapshotFormat.@Nullable Header existingHeader(SnapshotFormat.Header wanted)
            throws IOException {
        if (file.length() == 0) {
            return null;
        }
        try {
            SnapshotFormat.Header found = SnapshotFormat.readHeader(path, file);
            boolean same =
                    found.store().equals(wanted.store())
                            && found.group().equals(wanted.group())
                            && found.meta().equals(wanted.meta())
                            // A size that is not ours could be any, and takes that much memory.
                            && found.chunkBytes() == wanted.chunkBytes();
            return same ? found : null;
        } catch (StoreException e) {
            LOG.log(Level.INFO, "{0} is begun anew: {1}", path, e.getMessage());
            return null;
        }
    }

    /**
     * Takes in the chunks of an earlier attempt up to the first that is not whole: what was never
     * synced may have survived a power loss in any order.
     */
    private void resume(SnapshotInfo info) throws IOException {
        while (position() < info.bytes()) {
            int length = SnapshotFormat.readChunk(header, file, chunkNumber, -1, chunk);
            if (length < 0 || position() + length > info.bytes()) {
                break;
            }
            chunkFilled = length;
            if (length < header.chunkBytes()) {
                break;
            }
            sha256.update(chunk, Integer.BYTES, length);
            nextChunk();
        }
        disk.setLength(file, header.chunkAt(chunkNumber));
        file.seek(header.chunkAt(chunkNumber));
    }

    private void nextChunk() {
        chunkNumber++;
        chunkFilled = 0;
    }

    @Override
    public long position() {
        return chunkNumber * header.chunkBytes() + chunkFilled;
    }

    @Override
    public void write(ByteBuffer content) {
        checkOpen();
        if (announced != null && position() + content.remaining() > announced.bytes()) {
            giveUp();
            throw notAsAnnounced("it has more than " + announced.bytes() + " bytes");
        }
        try {
            while (content.hasRemaining()) {
                int count = Math.min(content.remaining(), header.chunkBytes() - chunkFilled);
                content.get(chunk, Integer.BYTES + chunkFilled, count);
                chunkFilled += count;
                if (chunkFilled == header.chunkBytes()) {
                    finishChunk();
                }
            }
        } catch (IOException e) {
            giveUp();
            throw unwritable(e);
        }
    }

    private void finishChunk() throws IOException {
        sha256.update(chunk, Integer.BYTES, chunkFilled);
        writeChunk();
        nextChunk();
        if (bytesToSync >= SYNC_BYTES) {
            disk.sync(file);
            bytesToSync = 0;
        }
    }

    private void writeChunk() throws IOException {
        int length = SnapshotFormat.frameChunk(header, chunkNumber, chunk, chunkFilled);
        disk.write(file, chunk, length);
        bytesToSync += length;
    }

    @Override
    public SnapshotInfo commit() {
        checkOpen();
        long bytes = position();
        SnapshotInfo info;
        try {
            if (chunkFilled > 0) {
                finishChunk();
            }
            byte[] hash = sha256.digest();
            info = new SnapshotInfo(header.meta(), bytes, HexFormat.of().formatHex(hash));
            checkAnnounced(info);
            disk.write(
                    file,
                    SnapshotFormat.trailer(header, bytes, hash),
                    SnapshotFormat.TRAILER_BYTES);
            disk.sync(file);
            file.close();
        } catch (IOException e) {
            giveUp();
            throw unwritable(e);
        } catch (StoreException e) {
            giveUp();
            throw e;
        }
        ended = true;
        return owner.publish(this, path, info);
    }

    private void checkAnnounced(SnapshotInfo info) {
        if (announced == null || announced.equals(info)) {
            return;
        }
        throw notAsAnnounced(
                "it has %d bytes with SHA-256 %s, and %d with %s were announced"
                        .formatted(info.bytes(), info.hash(), announced.bytes(), announced.hash()));
    }

    private StoreException notAsAnnounced(String what) {
        return new StoreException(
                "the snapshot of group '%s' at index %d is not what was announced: %s; it is dropped"
                        .formatted(header.group(), header.meta().index(), what),
                null);
    }

    private StoreException unwritable(IOException e) {
        return new StoreException(
                "%s cannot be written (%s); the snapshot before it stays the latest"
                        .formatted(path, e),
                e);
    }

    private void checkOpen() {
        if (ended) {
            throw new StoreException("%s has ended already".formatted(path), null);
        }
    }

    /** Closes it and forgets what was taken: on a full disk the space is the log's. */
    private void giveUp() {
        ended = true;
        try {
            file.close();
            disk.delete(path);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0} is left over: {1}", path, e);
        }
        owner.ended(this);
    }

    @Override
    public void close() {
        if (ended) {
            return;
        }
        if (announced == null) {
            giveUp();
            return;
        }
        try {
            if (chunkFilled > 0) {
                writeChunk();
            }
            ended = true;
            file.close();
            owner.ended(this);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0} is dropped: {1}", path, e);
            giveUp();
        }
    }

    boolean isReceiving() {
        return announced != null;
    }

    /** For messages. */
    @Override
    public String toString() {
        return path.toString();
    }
}
