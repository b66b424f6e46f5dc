package io.jangada.examples.kv.cli;

import io.jangada.examples.kv.http.PageServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kv server}: one node as one process. */
@Command(
        name = "server",
        header = "Runs one node of a cluster as one process.",
        customSynopsis =
                "kv server --id ID --cluster ID=HOST:PORT,... --data DIR --resp HOST:PORT"
                        + " [OPTIONS]",
        usageHelpWidth = 100,
        description = {
            "",
            "Prints READY with its addresses on stdout once Redis clients can connect, and logs to"
                    + " stderr. SIGTERM or Ctrl-C hands leadership over if this node leads and ends"
                    + " it within 5 s.",
            ""
        },
        footer = {
            "",
            "Three nodes on one machine, each in its own terminal (n2 and n3 likewise):",
            "  kv server --id n1 --data /tmp/n1 --resp 127.0.0.1:6379 \\",
            "    --cluster n1=127.0.0.1:7101,n2=127.0.0.1:7102,n3=127.0.0.1:7103"
        },
        sortOptions = false)
final class ServerCommand implements Callable<Integer> {
    /** A little less than what is promised, to leave time for leaving. */
    private static final Duration STOP_TIME = Duration.ofMillis(4500);

    private static final int PRIORITY_MAX = 100;

    private static final System.Logger LOG = System.getLogger(ServerCommand.class.getName());

    @Option(
            names = "--id",
            required = true,
            paramLabel = "ID",
            description = "This node's name, one of those in --cluster.")
    private String id = "";

    @Option(
            names = "--cluster",
            required = true,
            paramLabel = "ID=HOST:PORT,...",
            converter = Values.OfCluster.class,
            description = {
                "The initial voters and where they listen for each other; the same on every node.",
                "A data folder that holds a cluster already wins over this."
            })
    private @Nullable Cluster cluster;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "This node's folder, created when missing; for this node alone.")
    private @Nullable Path data;

    @Option(
            names = "--resp",
            required = true,
            paramLabel = "HOST:PORT",
            converter = Values.OfAddress.class,
            description = "Where Redis clients connect; port 0 takes any free one.")
    private @Nullable Address resp;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            converter = Values.OfAddress.class,
            description = "Where the page is shown; none without this option.")
    private @Nullable Address http;

    @Option(
            names = "--join",
            description = {
                "This node is not a member yet: --cluster names the members and, besides, this"
                        + " node's own address. It waits to be added, as by kv cli RAFT.ADD."
            })
    private boolean join;

    @Option(
            names = "--priority",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "How much this node is preferred as a leader, from 0 to 100"
                            + " (default ${DEFAULT-VALUE}).")
    private int priority;

    @Mixin private NodeOptions options = new NodeOptions();

    @Override
    public Integer call() throws InterruptedException {
        RunningNode.Settings settings = settings();
        Logs.to(System.err);
        options.warn();
        StopSignal stop = StopSignal.listen();
        try (RunningNode node = RunningNode.start(settings);
                PageServer page = page(node)) {
            System.out.println(
                    "READY id=%s raft=%s resp=%s"
                            .formatted(settings.id(), settings.raftAddress(), node.resp()));
            if (page != null) {
                LOG.log(System.Logger.Level.INFO, "page: http://{0}", pageAddress(page));
            }
            stop.await();
            StopSignal.exitWithin(STOP_TIME);
        }
        return 0;
    }

    /** Checks all that can be checked without touching the disk. */
    private RunningNode.Settings settings() {
        if (priority < 0 || priority > PRIORITY_MAX) {
            throw new UsageException("--priority " + priority + " is not from 0 to 100");
        }
        Cluster others = Objects.requireNonNull(cluster);
        if (others.addressOf(id).isEmpty()) {
            throw new UsageException("--id: --cluster does not name '" + id + "'");
        }
        if (join && others.members().size() == 1) {
            throw new UsageException(
                    "--join: --cluster names no member to join, only '" + id + "'");
        }
        Path folder = Objects.requireNonNull(data);
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new UsageException("--data: '" + folder + "' is not a folder");
        }
        RunningNode.Settings settings =
                new RunningNode.Settings(
                        id,
                        others,
                        folder,
                        Objects.requireNonNull(resp),
                        options.raftConfig(),
                        options.respConfig(),
                        join,
                        priority,
                        options.snapshotRate(),
                        options.store(),
                        RestoreFile.in(folder));
        settings.raftAddress().requireFree("--cluster");
        settings.resp().requireFree("--resp");
        if (http != null) {
            http.requireFree("--http");
        }
        return settings;
    }

    private @Nullable PageServer page(RunningNode node) {
        if (http == null) {
            return null;
        }
        try {
            return PageServer.start(http.resolve(), () -> List.of(node.view()));
        } catch (IOException e) {
            throw http.cannotListen("--http", e);
        }
    }

    private Address pageAddress(PageServer page) {
        return new Address(Objects.requireNonNull(http).host(), page.port());
    }
}
