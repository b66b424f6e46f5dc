package io.jangada.raft.impl.memory;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Bytes of any number in pieces of one size: grows at the end, read anywhere. */
final class MemoryBlocks {
    private static final int BLOCK_BYTES = 64 << 10;

    private final List<byte[]> blocks = new ArrayList<>();
    private long size;

    synchronized long size() {
        return size;
    }

    synchronized void append(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            int within = (int) (size % BLOCK_BYTES);
            if (within == 0) {
                blocks.add(new byte[BLOCK_BYTES]);
            }
            int count = Math.min(bytes.remaining(), BLOCK_BYTES - within);
            bytes.get(blocks.get(blocks.size() - 1), within, count);
            size += count;
        }
    }

    /** Fills the target as far as there is something; how much that is. */
    synchronized int read(long position, ByteBuffer target) {
        int read = 0;
        while (target.hasRemaining() && position + read < size) {
            long at = position + read;
            int within = (int) (at % BLOCK_BYTES);
            long rest = Math.min(size - at, BLOCK_BYTES - within);
            int count = (int) Math.min(target.remaining(), rest);
            target.put(blocks.get((int) (at / BLOCK_BYTES)), within, count);
            read += count;
        }
        return read;
    }

    /** The SHA-256 in hexadecimal. */
    synchronized String hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long rest = size;
            for (byte[] block : blocks) {
                digest.update(block, 0, (int) Math.min(rest, BLOCK_BYTES));
                rest -= BLOCK_BYTES;
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
