package io.jangada.raft.transport.netty;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportProvider;

/**
 * Found by {@link java.util.ServiceLoader}; makes transports with defaults that suit the settings.
 */
public final class NettyTransportProvider implements TransportProvider {
    /** What a frame holds beyond the entries in it: headers of many groups' messages. */
    private static final int OVERHEAD_BYTES = 1 << 20;

    /** Many small entries take more room for their headers than for what they carry. */
    private static final int SMALL_ENTRIES_FACTOR = 3;

    /** Room in a queue for a few of the largest frames. */
    private static final int FRAMES_PER_QUEUE = 4;

    /** For {@link java.util.ServiceLoader}. */
    public NettyTransportProvider() {}

    @Override
    public Transport create(String bindAddress, RaftConfig config) {
        int frameBytesMax =
                Math.max(
                        NettyTransport.DEFAULT_FRAME_BYTES_MAX,
                        Math.max(
                                        config.entryBytesMax(),
                                        SMALL_ENTRIES_FACTOR * config.appendBytesMax())
                                + OVERHEAD_BYTES);
        long queueBytesMax =
                Math.max(
                        NettyTransport.DEFAULT_QUEUE_BYTES_MAX,
                        (long) FRAMES_PER_QUEUE * frameBytesMax);
        return NettyTransport.builder()
                .bindAddress(bindAddress)
                .frameBytesMax(frameBytesMax)
                .queueBytesMax(queueBytesMax)
                .build();
    }
}
