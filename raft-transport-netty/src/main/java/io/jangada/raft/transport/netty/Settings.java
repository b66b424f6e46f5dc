package io.jangada.raft.transport.netty;

import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;

/** What {@link NettyTransport.Builder} collected and checked. */
record Settings(
        HostPort bindAddress,
        int frameBytesMax,
        long queueBytesMax,
        Duration connectTimeout,
        Duration handshakeTimeout,
        Duration idleTimeout,
        Duration backoffMin,
        Duration backoffMax,
        int ioThreads,
        boolean nativeIo,
        ByteBufAllocator allocator) {}
