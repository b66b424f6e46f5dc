package io.jangada.raft.spi;

import java.util.Objects;

/**
 * A finished snapshot by its content: two nodes that name the same one hold the same bytes, so that
 * a transfer can be resumed from another node.
 *
 * @param meta what it stands for
 * @param bytes the size of its content
 * @param hash the SHA-256 of its content in hexadecimal
 */
public record SnapshotInfo(SnapshotMeta meta, long bytes, String hash) {
    /** Checks the form. */
    public SnapshotInfo {
        Objects.requireNonNull(meta, "meta");
        if (bytes < 0 || hash.length() != 64) {
            throw new IllegalArgumentException(
                    "a snapshot has a size and a SHA-256, not " + bytes + " and '" + hash + "'");
        }
    }
}
