package io.jangada.benchmarks.wire;

import io.jangada.benchmarks.contender.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Three processes of this library's key-value server. */
final class KvContender implements WireContender {
    private static final int NODES = 3;

    private final String store;
    private final List<String> launcher;

    /**
     * One of the variants.
     *
     * @param store how it keeps its log
     * @param launcher what to put before {@code server}; empty if it is not known
     */
    KvContender(String store, List<String> launcher) {
        this.store = store;
        this.launcher = launcher;
    }

    @Override
    public String name() {
        return "kv-" + store;
    }

    @Override
    public String description() {
        return "three kv server --store " + store;
    }

    @Override
    public Optional<String> missing() {
        return launcher.isEmpty()
                ? Optional.of("the key-value server is not known: start this with bin/bench")
                : Optional.empty();
    }

    @Override
    public boolean speaksResp() {
        return true;
    }

    @Override
    public Servers servers(Path folder) throws IOException {
        return new Cluster(
                store, launcher, folder, Arrays.stream(Ports.free(2 * NODES)).boxed().toList());
    }

    /** The first half of the ports is for clients, the second for the other members. */
    private record Cluster(String store, List<String> launcher, Path folder, List<Integer> ports)
            implements Servers {
        @Override
        public List<List<String>> commands() {
            List<String> members = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                members.add("n" + i + "=" + Ports.HOST + ":" + ports.get(NODES + i));
            }
            List<List<String>> commands = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                commands.add(command(i, String.join(",", members)));
            }
            return commands;
        }

        private List<String> command(int i, String members) {
            List<String> command = new ArrayList<>(launcher);
            command.addAll(List.of("server", "--id", "n" + i));
            command.addAll(List.of("--cluster", members));
            command.addAll(List.of("--data", folder.resolve("n" + i).toString()));
            command.addAll(List.of("--resp", Ports.HOST + ":" + ports.get(i)));
            command.addAll(List.of("--store", store));
            return command;
        }

        @Override
        public Optional<InetSocketAddress> leader() throws IOException {
            InetSocketAddress first = Ports.address(ports.get(0));
            Map<String, String> status = RespQuestion.map(first, "RAFT.STATUS");
            String leader = status.getOrDefault("leader", "");
            return leader.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Ports.address(ports.get(Integer.parseInt(leader.substring(1)))));
        }

        @Override
        public WireClient connect(InetSocketAddress leader, int outstanding) throws IOException {
            return new RespClient(leader, outstanding);
        }
    }
}
