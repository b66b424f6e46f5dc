package io.jangada.raft.impl.codec;

import io.jangada.raft.api.GroupId;

/**
 * What nodes say on the bulk lane: the receiver of a snapshot asks for chunks, its sender answers.
 * A snapshot is named by index and hash, so that any node that holds the same one can go on where
 * another stopped.
 */
public sealed interface BulkMessage {
    /** The most bytes of one chunk. */
    int CHUNK_BYTES_MAX = 256 << 10;

    /**
     * The group that the snapshot is of.
     *
     * @return its id
     */
    GroupId group();

    /**
     * The last entry that the snapshot holds.
     *
     * @return from 1
     */
    long index();

    /**
     * The SHA-256 of the snapshot's content.
     *
     * @return 64 hexadecimal digits
     */
    String hash();

    /**
     * Where in the content the chunk begins.
     *
     * @return from 0
     */
    long position();

    /**
     * The receiver wants a chunk.
     *
     * @param group the group
     * @param index the snapshot's last entry
     * @param hash of the snapshot
     * @param position where the chunk begins
     * @param length from 1 to {@link #CHUNK_BYTES_MAX}
     */
    record ChunkRequest(GroupId group, long index, String hash, long position, int length)
            implements BulkMessage {}

    /**
     * A chunk, as it was asked for or shorter where the snapshot ends.
     *
     * @param group the group
     * @param index the snapshot's last entry
     * @param hash of the snapshot
     * @param position where the chunk begins
     * @param content from 1 to {@link #CHUNK_BYTES_MAX} bytes; never changed by anybody
     */
    @SuppressWarnings("ArrayRecordComponent") // Chunks are carried, never compared.
    record Chunk(GroupId group, long index, String hash, long position, byte[] content)
            implements BulkMessage {}

    /**
     * There is no such chunk to be had here, now or ever.
     *
     * @param group the group
     * @param index the snapshot's last entry
     * @param hash of the snapshot
     * @param position where the chunk begins
     * @param refusal why
     */
    record ChunkRefused(GroupId group, long index, String hash, long position, Refusal refusal)
            implements BulkMessage {}

    /** Why a chunk is refused. Codes are part of the wire format. */
    enum Refusal {
        /** Others are being served; ask again later. */
        BUSY(1),
        /** The sender does not have this snapshot, or not any more. */
        GONE(2),
        /** The sender cannot read it. */
        UNREADABLE(3);

        private final int code;

        Refusal(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        static Refusal of(int code) {
            for (Refusal refusal : values()) {
                if (refusal.code == code) {
                    return refusal;
                }
            }
            throw new BadFrameException("no chunk is refused for reason " + code);
        }
    }
}
