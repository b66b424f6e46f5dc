package io.jangada.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.examples.kv.http.PageServer;
import io.jangada.examples.kv.resp.RespConfig;
import io.jangada.raft.api.RaftConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kv demo}: a cluster in one process. */
@Command(
        name = "demo",
        header = "Starts a cluster in one process, a page that shows it, and a shell.",
        customSynopsis = "kv demo [OPTIONS]",
        usageHelpWidth = 100,
        description = {
            "",
            "Each node has a log of its own on disk and talks TCP to the others. Without a terminal"
                    + " it serves until SIGTERM.",
            ""
        },
        footer = {
            "",
            "In the shell: SET a 1, GET a, nodes, stop n1, start n1, use n2, add, remove n1, help.",
            "From another terminal: redis-cli -p 6379, redis-benchmark, or any Redis client."
        },
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {
    private static final String HOST = "127.0.0.1";
    private static final int NODES_MAX = 9;

    private static final String LOG_FILE = "log";

    private static final Duration STOP_TIME = Duration.ofMillis(4500);

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many nodes, from 1 to " + NODES_MAX + " (default ${DEFAULT-VALUE}).")
    private int nodes = 3;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The folder for their logs; a new temporary one without this option.")
    private @Nullable Path data;

    @Option(
            names = "--resp-port",
            paramLabel = "PORT",
            defaultValue = "6379",
            description =
                    "The first node's port for Redis clients, the others' follow"
                            + " (default ${DEFAULT-VALUE}); 0 takes free ones.")
    private int respPort = 6379;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "The page's port (default ${DEFAULT-VALUE}); 0 takes a free one.")
    private int httpPort = 8080;

    @Mixin private NodeOptions options = new NodeOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        RaftConfig raft = options.raftConfig();
        RespConfig front = options.respConfig();
        long snapshotRate = options.snapshotRate();
        requirePorts();
        Optional<Cluster> kept = kept();
        options.warn();
        boolean shell = Tty.isInteractive();
        Path folder = data == null ? Files.createTempDirectory("kv-demo-") : data;
        Cluster members = kept.isPresent() ? kept.get() : DemoCluster.create(folder, nodes);
        DemoCluster.Common common =
                new DemoCluster.Common(
                        folder,
                        respPort,
                        raft,
                        front,
                        snapshotRate,
                        options.store(),
                        RestoreFile.in(folder));
        // Where a person types, log lines would only get in the way.
        Logs.to(shell ? logFile(folder) : System.err);
        StopSignal stop = StopSignal.listen();
        try (DemoCluster cluster = DemoCluster.start(members, common);
                PageServer page = page(cluster)) {
            introduce(cluster, page, folder);
            if (shell) {
                System.out.println("log   " + folder.resolve(LOG_FILE));
                DemoShell.start(cluster, stop);
            }
            stop.await();
            StopSignal.exitWithin(STOP_TIME);
        }
        System.out.println("The data stays: kv demo --data " + folder);
        return 0;
    }

    /** Everything that can be wrong with ports, before anything is created. */
    private void requirePorts() {
        if (nodes < 1 || nodes > NODES_MAX) {
            throw new UsageException("--nodes " + nodes + " is not from 1 to " + NODES_MAX);
        }
        if (respPort < 0 || respPort + nodes - 1 > 65_535) {
            throw new UsageException(
                    "--resp-port " + respPort + " leaves no room for " + nodes + " ports");
        }
        if (httpPort < 0 || httpPort > 65_535) {
            throw new UsageException("--http-port " + httpPort + " is not a port");
        }
        for (int port = respPort; respPort != 0 && port < respPort + nodes; port++) {
            new Address(HOST, port).requireFree("--resp-port");
        }
        new Address(HOST, httpPort).requireFree("--http-port");
    }

    /** The nodes of the demo that this folder holds already, if it does. */
    private Optional<Cluster> kept() throws IOException {
        Optional<Cluster> kept = data == null ? Optional.empty() : DemoCluster.kept(data);
        int count = kept.map(cluster -> cluster.members().size()).orElse(nodes);
        if (count != nodes) {
            throw new UsageException(
                    "--data: '%s' holds a demo of %d nodes: add --nodes %d, or name another folder"
                            .formatted(data, count, count));
        }
        return kept;
    }

    private static PrintStream logFile(Path folder) throws IOException {
        OutputStream file =
                Files.newOutputStream(
                        folder.resolve(LOG_FILE),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
        return new PrintStream(file, true, UTF_8);
    }

    private PageServer page(DemoCluster cluster) {
        Address address = new Address(HOST, httpPort);
        try {
            return PageServer.start(address.resolve(), cluster::views);
        } catch (IOException e) {
            throw address.cannotListen("--http-port", e);
        }
    }

    private static void introduce(DemoCluster cluster, PageServer page, Path folder) {
        Table nodes = new Table();
        for (String id : cluster.ids()) {
            String resp = cluster.resp(id).map(Address::toString).orElse("");
            nodes.row(id, "resp " + resp, "data " + folder.resolve(id));
        }
        System.out.println(nodes);
        System.out.println("page  http://" + HOST + ":" + page.port());
    }
}
