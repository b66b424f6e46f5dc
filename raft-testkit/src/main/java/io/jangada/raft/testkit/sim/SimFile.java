package io.jangada.raft.testkit.sim;

import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A snapshot's file: its header, and chunks of content with checksums. */
final class SimFile {
    /** What it is to hold; of content and hash only the announced ones are known at first. */
    private final SnapshotMeta meta;

    /** What somebody else announced, or what it was found to be when it was complete. */
    private @Nullable SnapshotInfo info;

    private final List<byte[]> chunks = new ArrayList<>();
    private int syncedChunks;
    private long bytes;
    private boolean damaged;

    SimFile(SnapshotMeta meta, @Nullable SnapshotInfo announced) {
        this.meta = meta;
        this.info = announced;
    }

    SnapshotMeta meta() {
        return meta;
    }

    @Nullable SnapshotInfo info() {
        return info;
    }

    long bytes() {
        return bytes;
    }

    boolean isDamaged() {
        return damaged;
    }

    void damage() {
        damaged = true;
    }

    boolean isSynced() {
        return syncedChunks == chunks.size();
    }

    void write(byte[] chunk) {
        chunks.add(chunk);
        bytes += chunk.length;
    }

    void sync() {
        syncedChunks = chunks.size();
    }

    List<byte[]> unsynced() {
        return chunks.subList(syncedChunks, chunks.size());
    }

    /** What a power failure spares: what was synced, and of the rest some chunks, then none. */
    void crash(SimRandom random, Predicate<Object> spareable) {
        int most = readable(spareable);
        crash(isSynced() ? most : syncedChunks + random.nextInt(most - syncedChunks + 1));
    }

    /** Of what was not synced, a power failure spares what is chosen. */
    void crash(Predicate<Object> spared) {
        crash(readable(spared));
    }

    /** How many chunks can be read if only some of the unsynced ones survive. */
    private int readable(Predicate<Object> spared) {
        int readable = syncedChunks;
        while (readable < chunks.size() && spared.test(chunks.get(readable))) {
            readable++;
        }
        return readable;
    }

    private void crash(int survivors) {
        // A torn chunk fails its checksum, so it and what follows is as good as lost.
        chunks.subList(survivors, chunks.size()).clear();
        bytes = chunks.stream().mapToLong(chunk -> chunk.length).sum();
        syncedChunks = chunks.size();
    }

    /** Names the content, once all of it is here. */
    SnapshotInfo seal() {
        info = new SnapshotInfo(meta, bytes, hash());
        return info;
    }

    private String hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            chunks.forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    int read(long position, ByteBuffer target) {
        int before = target.remaining();
        long begin = 0;
        for (byte[] chunk : chunks) {
            long end = begin + chunk.length;
            if (end > position && target.hasRemaining()) {
                int from = (int) Math.max(0, position - begin);
                target.put(chunk, from, Math.min(chunk.length - from, target.remaining()));
            }
            begin = end;
        }
        return before - target.remaining();
    }
}
