package io.jangada.examples.kv.cli;

import io.jangada.examples.kv.KvNode;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftException;
import io.jangada.raft.spi.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kv restore}: a data folder that begins with a backup. */
@Command(
        name = "restore",
        header = "Makes a data folder that begins with the state of a backup.",
        customSynopsis = "kv restore --data DIR FILE",
        usageHelpWidth = 100,
        description = {
            "",
            "Loads the whole backup once to check it, then keeps a copy of it in DIR, for kv server"
                    + " or kv demo with this --data to begin with. All servers of a new cluster must"
                    + " begin with the same backup: run this for each of their folders.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 fine, 1 the backup is damaged or cannot be copied, 2 wrong usage.",
            "",
            "  kv restore --data /data/n1 /backups/monday",
            "  kv restore --data /tmp/demo /backups/monday && kv demo --data /tmp/demo"
        },
        sortOptions = false)
final class RestoreCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "The folder to make; must be empty or missing.")
    private Path data = Path.of("");

    @Parameters(paramLabel = "FILE", description = "What kv backup wrote.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        requireEmpty();
        if (!Files.isRegularFile(file)) {
            throw new UsageException("there is no file '" + file + "'");
        }
        Logs.quietlyTo(System.err);
        String what;
        try {
            what = check();
        } catch (IllegalArgumentException | StoreException | RaftException e) {
            return failed(String.valueOf(e.getMessage()));
        }
        boolean made = Files.notExists(data);
        Files.createDirectories(data);
        Path part = data.resolve(RestoreFile.NAME + ".part");
        try {
            Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            if (Files.mismatch(file, part) >= 0) {
                throw new IOException("the copy in '" + data + "' is not the same: try again");
            }
            Files.move(part, data.resolve(RestoreFile.NAME), StandardCopyOption.ATOMIC_MOVE);
            BackupCommand.sync(data);
        } catch (IOException e) {
            Files.deleteIfExists(part);
            if (made) {
                Files.delete(data);
            }
            return failed(BackupCommand.reason(e));
        }
        spec.commandLine().getOut().println(data + ": begins with " + what);
        return 0;
    }

    private void requireEmpty() throws IOException {
        if (Files.exists(data) && !Files.isDirectory(data)) {
            throw new UsageException("--data: '" + data + "' is not a folder");
        }
        if (Files.isDirectory(data)) {
            try (Stream<Path> files = Files.list(data)) {
                if (files.findAny().isPresent()) {
                    throw new UsageException(
                            "--data: '"
                                    + data
                                    + "' is not empty: nothing is overwritten, name another folder");
                }
            }
        }
    }

    /** Starts a node on it that forgets everything: what it can load, a server can. */
    private String check() {
        try (KvNode node = KvNode.start(Raft.inMemory("check").restoreFrom(file))) {
            return "%d keys, everything up to index %d"
                    .formatted(
                            node.group().readNow(machine -> machine.map().size()),
                            node.group().status().snapshotIndex());
        }
    }

    private int failed(String why) {
        spec.commandLine().getErr().println("kv restore: " + why);
        return 1;
    }
}
