package io.jangada.benchmarks.wire;

import io.jangada.benchmarks.contender.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Three etcd processes with their default settings, which sync their log. */
final class EtcdContender implements WireContender {
    private static final int NODES = 3;

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public String description() {
        return "three etcd, fsync as by default, asked over gRPC";
    }

    @Override
    public Optional<String> missing() {
        return Tools.missing("etcd", "etcd-server");
    }

    @Override
    public boolean speaksResp() {
        return false;
    }

    @Override
    public Servers servers(Path folder) throws IOException {
        return new Cluster(folder, Arrays.stream(Ports.free(2 * NODES)).boxed().toList());
    }

    /**
     * Whether a member that said this leads.
     *
     * @param status the answer to {@code /v3/maintenance/status}
     */
    static boolean leads(String status) {
        Optional<String> leader = idOf("leader", status);
        return leader.isPresent() && leader.equals(idOf("member_id", status));
    }

    private static Optional<String> idOf(String field, String json) {
        Matcher matcher = Pattern.compile("\"" + field + "\":\\s*\"(\\d+)\"").matcher(json);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** The first half of the ports is for clients, the second for the other members. */
    private record Cluster(Path folder, List<Integer> ports) implements Servers {
        @Override
        public List<List<String>> commands() {
            List<String> members = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                members.add("n" + i + "=" + url(ports.get(NODES + i)));
            }
            List<List<String>> commands = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                commands.add(command(i, String.join(",", members)));
            }
            return commands;
        }

        private List<String> command(int i, String members) {
            String client = url(ports.get(i));
            String peer = url(ports.get(NODES + i));
            return List.of(
                    "etcd",
                    "--name=n" + i,
                    "--data-dir=" + folder.resolve("n" + i),
                    "--listen-client-urls=" + client,
                    "--advertise-client-urls=" + client,
                    "--listen-peer-urls=" + peer,
                    "--initial-advertise-peer-urls=" + peer,
                    "--initial-cluster=" + members,
                    "--initial-cluster-state=new");
        }

        private static String url(int port) {
            return "http://" + Ports.HOST + ":" + port;
        }

        @Override
        public Optional<InetSocketAddress> leader() throws IOException, InterruptedException {
            HttpClient client = HttpClient.newHttpClient();
            for (int i = 0; i < NODES; i++) {
                if (leads(status(client, ports.get(i)))) {
                    return Optional.of(Ports.address(ports.get(i)));
                }
            }
            return Optional.empty();
        }

        private static String status(HttpClient client, int port)
                throws IOException, InterruptedException {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(url(port) + "/v3/maintenance/status"))
                            .timeout(Duration.ofSeconds(5))
                            .POST(HttpRequest.BodyPublishers.ofString("{}"))
                            .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }

        @Override
        public WireClient connect(InetSocketAddress leader, int outstanding) {
            return new EtcdClient(leader);
        }
    }
}
