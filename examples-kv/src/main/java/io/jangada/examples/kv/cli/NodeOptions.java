package io.jangada.examples.kv.cli;

import io.jangada.examples.kv.resp.ReadConsistency;
import io.jangada.examples.kv.resp.RespConfig;
import io.jangada.raft.api.RaftConfig;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a node can be told, alone or in a demo. */
final class NodeOptions {
    /** How many clients a node serves at a time. */
    private static final int CLIENTS_MAX = 10_000;

    /** What a command may take in the log besides its largest value: its key and its frame. */
    private static final int COMMAND_OVERHEAD = 1 << 20;

    /** How many entries below a snapshot are kept for followers that are a little behind. */
    private static final int TRAILING_MAX = 10_000;

    /** What the library takes at least. */
    private static final int SNAPSHOT_RATE_MIN = 64 << 10;

    @Option(
            names = "--election-timeout",
            paramLabel = "DURATION",
            defaultValue = "1000ms",
            converter = Values.OfDuration.class,
            description = {
                "After this long without a leader a node stands for election"
                        + " (default ${DEFAULT-VALUE}).",
                "At least three heartbeats. Too short: pauses cost leaders their office."
            })
    private Duration electionTimeout = Duration.ofMillis(1000);

    @Option(
            names = "--heartbeat",
            paramLabel = "DURATION",
            defaultValue = "100ms",
            converter = Values.OfDuration.class,
            description =
                    "How often a leader without other traffic shows that it lives"
                            + " (default ${DEFAULT-VALUE}).")
    private Duration heartbeat = Duration.ofMillis(100);

    @Option(
            names = "--request-timeout",
            paramLabel = "DURATION",
            defaultValue = "5s",
            converter = Values.OfDuration.class,
            description =
                    "How long a request may take before it ends in an error"
                            + " (default ${DEFAULT-VALUE}).")
    private Duration requestTimeout = Duration.ofSeconds(5);

    @Option(
            names = "--read",
            paramLabel = "index|lease",
            defaultValue = "index",
            converter = Values.OfReads.class,
            description = {
                "How reads are made linearizable (default ${DEFAULT-VALUE}): index asks a quorum;"
                        + " lease saves the round trip as long as clocks drift less than"
                        + " --clock-drift.",
                "A client may choose for itself with RAFT.READMODE."
            })
    private ReadConsistency reads = ReadConsistency.INDEX;

    @Option(
            names = "--clock-drift",
            paramLabel = "PERCENT",
            defaultValue = "10%",
            converter = Values.OfPercent.class,
            description =
                    "By how much the clocks of two nodes may differ in speed; leases allow for it"
                            + " (default ${DEFAULT-VALUE}).")
    private double clockDrift = 0.1;

    @Option(
            names = "--max-value",
            paramLabel = "SIZE",
            defaultValue = "8MiB",
            converter = Values.OfSize.class,
            description = "The largest value, at most 12MiB (default ${DEFAULT-VALUE}).")
    private int valueBytesMax = 8 << 20;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "A file whose first line is the password that clients must AUTH with.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--fsync",
            paramLabel = "always|never",
            defaultValue = "always",
            converter = Values.OfFsync.class,
            description =
                    "Whether the log is synced before a write is acknowledged (default"
                            + " ${DEFAULT-VALUE}). never loses acknowledged writes in a power loss:"
                            + " for experiments only.")
    private Values.Fsync fsync = Values.Fsync.ALWAYS;

    @Option(
            names = "--store",
            paramLabel = "chronicle|segment",
            defaultValue = "chronicle",
            converter = Values.OfStore.class,
            description =
                    "How the log is written (default ${DEFAULT-VALUE}): chronicle by Chronicle"
                            + " Queue, segment by whole pages into plain files. A folder of the one"
                            + " may be opened with the other.")
    private String store = "chronicle";

    @Option(
            names = "--snapshot-every",
            paramLabel = "ENTRIES",
            defaultValue = "100000",
            description = {
                "After how many log entries a node takes a snapshot and drops the log below it"
                        + " (default ${DEFAULT-VALUE}); also after 64 MiB of log, or an hour.",
                "It keeps as many entries for slow followers, at most 10000."
            })
    private int snapshotEvery = 100_000;

    @Option(
            names = "--snapshot-rate",
            paramLabel = "SIZE",
            defaultValue = "64MiB",
            converter = Values.OfSize.class,
            description =
                    "How many bytes per second of snapshots a node sends, to all others together"
                            + " (default ${DEFAULT-VALUE}).")
    private int snapshotRate = 64 << 20;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {
                "A file with options, one a line, as in: election-timeout=500ms.",
                "Options on the command line win."
            })
    @SuppressWarnings("unused") // ConfigFile looks for it before all others are read.
    private @Nullable Path config;

    /** Warns of what nobody should run by accident. */
    void warn() {
        if (!isSynced()) {
            System.err.println(
                    "warning: --fsync never loses acknowledged writes in a power loss; for"
                            + " experiments only");
        }
    }

    private boolean isSynced() {
        return fsync == Values.Fsync.ALWAYS;
    }

    /** How many bytes of snapshots a node sends per second. */
    String store() {
        return store;
    }

    long snapshotRate() {
        if (snapshotRate < SNAPSHOT_RATE_MIN) {
            throw new UsageException(
                    "--snapshot-rate " + snapshotRate + " is less than 65536 bytes per second");
        }
        return snapshotRate;
    }

    RaftConfig raftConfig() {
        try {
            return RaftConfig.builder()
                    .electionTimeout(electionTimeout)
                    .heartbeatInterval(heartbeat)
                    .requestTimeout(requestTimeout)
                    .maxClockDrift(clockDrift)
                    // Every client may have a write under way.
                    .sessionWindow(2 * CLIENTS_MAX)
                    .entryBytesMax(valueBytesMax() + COMMAND_OVERHEAD)
                    .snapshotEntries(snapshotEvery)
                    .trailingEntries(Math.min(snapshotEvery, TRAILING_MAX))
                    .syncWrites(isSynced())
                    .build();
        } catch (IllegalArgumentException e) {
            // The library speaks of its settings; say which options they came from.
            throw new UsageException(
                    String.valueOf(e.getMessage())
                            .replace("electionTimeout", "--election-timeout")
                            .replace("heartbeatInterval", "--heartbeat")
                            .replace("requestTimeout", "--request-timeout")
                            .replace("snapshotEntries", "--snapshot-every")
                            .replace("maxClockDrift", "--clock-drift"));
        }
    }

    RespConfig respConfig() {
        return new RespConfig(
                requestTimeout, valueBytesMax(), CLIENTS_MAX, reads, password(), shown());
    }

    private int valueBytesMax() {
        if (valueBytesMax < 1 || valueBytesMax > RespConfig.VALUE_BYTES_LIMIT) {
            throw new UsageException(
                    "--max-value "
                            + valueBytesMax
                            + " is not from 1 to "
                            + RespConfig.VALUE_BYTES_LIMIT
                            + " bytes (12MiB)");
        }
        return valueBytesMax;
    }

    private @Nullable String password() {
        return passwordFile == null ? null : readPassword(passwordFile);
    }

    static String readPassword(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.isEmpty() || lines.get(0).isBlank()) {
                throw new UsageException("--password-file: '" + file + "' has an empty first line");
            }
            return lines.get(0).strip();
        } catch (NoSuchFileException e) {
            throw new UsageException("--password-file: there is no file '" + file + "'");
        } catch (MalformedInputException e) {
            throw new UsageException("--password-file: '" + file + "' is not UTF-8 text");
        } catch (IOException e) {
            throw new UsageException("--password-file: cannot read '" + file + "'");
        }
    }

    /** What CONFIG GET shows. */
    private Map<String, String> shown() {
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put("election-timeout", electionTimeout.toMillis() + "ms");
        shown.put("heartbeat", heartbeat.toMillis() + "ms");
        shown.put("request-timeout", requestTimeout.toMillis() + "ms");
        shown.put("read", reads.toString());
        shown.put("clock-drift", percent(clockDrift));
        shown.put("max-value", Integer.toString(valueBytesMax));
        shown.put("snapshot-every", Integer.toString(snapshotEvery));
        shown.put("snapshot-rate", Integer.toString(snapshotRate));
        shown.put("store", store);
        shown.put("fsync", isSynced() ? "always" : "never");
        return shown;
    }

    private static String percent(double fraction) {
        BigDecimal number = BigDecimal.valueOf(fraction).movePointRight(2);
        return number.stripTrailingZeros().toPlainString() + "%";
    }
}
