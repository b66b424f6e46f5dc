package io.jangada.benchmarks.wire;

import io.jangada.benchmarks.contender.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One Redis that syncs its log before it answers; nothing is replicated, nothing rewritten. */
final class RedisContender implements WireContender {
    @Override
    public String name() {
        return "redis-single";
    }

    @Override
    public String description() {
        return "one redis-server, appendfsync always";
    }

    @Override
    public Optional<String> missing() {
        return Tools.missing("redis-server", "redis-server");
    }

    @Override
    public boolean speaksResp() {
        return true;
    }

    @Override
    public Servers servers(Path folder) throws IOException {
        return new Single(folder, Ports.free(1)[0]);
    }

    private record Single(Path folder, int port) implements Servers {
        @Override
        public List<List<String>> commands() {
            return List.of(
                    List.of(
                            "redis-server",
                            "--bind",
                            Ports.HOST,
                            "--port",
                            Integer.toString(port),
                            "--dir",
                            folder.toString(),
                            "--appendonly",
                            "yes",
                            "--appendfsync",
                            "always",
                            "--auto-aof-rewrite-percentage",
                            "0",
                            "--save",
                            ""));
        }

        @Override
        public Optional<InetSocketAddress> leader() throws IOException {
            InetSocketAddress address = Ports.address(port);
            new RespClient(address, 1).close();
            return Optional.of(address);
        }

        @Override
        public WireClient connect(InetSocketAddress leader, int outstanding) throws IOException {
            return new RespClient(leader, outstanding);
        }
    }
}
