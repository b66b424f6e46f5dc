package io.jangada.raft.transport.netty;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.testkit.TransportContract;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The contract on both kinds of event loop, and as users get it. */
@Tag("long")
class NettyTransportContractTest {
    @Nested
    class Epoll extends TransportContract {
        @Override
        protected Transport create(String bindAddress) {
            return NettyTransport.builder().bindAddress(bindAddress).build();
        }
    }

    @Nested
    class Nio extends TransportContract {
        @Override
        protected Transport create(String bindAddress) {
            return NettyTransport.builder().bindAddress(bindAddress).nativeIo(false).build();
        }
    }

    @Nested
    class SeveralThreads extends TransportContract {
        @Override
        protected Transport create(String bindAddress) {
            return NettyTransport.builder().bindAddress(bindAddress).ioThreads(3).build();
        }
    }

    @Nested
    class ByServiceLoader extends TransportContract {
        @Override
        protected Transport create(String bindAddress) {
            return new NettyTransportProvider().create(bindAddress, RaftConfig.defaults());
        }
    }
}
