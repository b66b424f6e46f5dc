package io.jangada.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.examples.kv.resp.Reply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kv backup}: fetches a consistent copy of the state over RESP. */
@Command(
        name = "backup",
        header = "Fetches a consistent copy of all keys from a running node.",
        customSynopsis = "kv backup [--password-file FILE] HOST:PORT FILE",
        usageHelpWidth = 100,
        description = {
            "",
            "The copy holds every write that was acknowledged before, is checked against the node's"
                    + " hash, and appears under its name only when it is whole. kv restore makes a"
                    + " data folder of it.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 fine, 1 it failed and there is no file, 2 wrong usage or no connection.",
            "",
            "  kv backup 127.0.0.1:6379 /backups/monday"
        },
        sortOptions = false)
final class BackupCommand implements Callable<Integer> {
    private static final int PIECE_BYTES = 1 << 20;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "A file whose first line is the password.")
    private @Nullable Path passwordFile;

    @Parameters(
            index = "0",
            paramLabel = "HOST:PORT",
            converter = Values.OfAddress.class,
            description = "Where Redis clients connect to the node.")
    private Address node = new Address("127.0.0.1", 6379);

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "The file to write; must not exist.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        String password = passwordFile == null ? null : NodeOptions.readPassword(passwordFile);
        Path target = file.toAbsolutePath();
        if (Files.exists(target)) {
            throw new UsageException("'" + file + "' exists already: name another file");
        }
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UsageException("there is no folder '" + folder + "'");
        }
        try (Link link = new Link(node, password)) {
            try {
                link.connect();
            } catch (IOException e) {
                throw new UsageException(String.valueOf(e.getMessage()));
            }
            return fetch(link, target, folder);
        } catch (Refused e) {
            return failed(node + " answers: " + e.getMessage());
        } catch (IOException e) {
            return failed(reason(e));
        }
    }

    private int fetch(Link link, Path target, Path folder) throws IOException {
        String id = text(ask(link, "RAFT.BACKUP", "BEGIN"));
        Path part = target.resolveSibling(target.getFileName() + "." + id + ".part");
        try {
            Map<String, String> whole = await(link, id);
            long bytes = Long.parseLong(whole.getOrDefault("bytes", "0"));
            String hash = copy(link, id, bytes, part);
            if (!hash.equals(whole.get("hash"))) {
                throw new IOException("what came is not what " + node + " sent: try again");
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            sync(folder);
            spec.commandLine()
                    .getOut()
                    .printf(
                            "%s: index %s, %d bytes, sha256 %s%n",
                            file, whole.get("index"), bytes, hash);
            return 0;
        } finally {
            Files.deleteIfExists(part);
            end(link, id);
        }
    }

    /** Asks until the copy is whole; each time the node waits a while. */
    private static Map<String, String> await(Link link, String id) throws IOException {
        while (true) {
            Map<String, String> stat = map(ask(link, "RAFT.BACKUP", "STAT", id));
            if (!"writing".equals(stat.get("state"))) {
                return stat;
            }
        }
    }

    /** Fetches all pieces and returns their hash. */
    private String copy(Link link, String id, long bytes, Path part) throws IOException {
        MessageDigest digest = sha256();
        Progress progress = new Progress(bytes);
        try (FileChannel out =
                FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long position = 0;
            while (position < bytes) {
                Reply piece = ask(link, "RAFT.BACKUP", "READ", id, "" + position, "" + PIECE_BYTES);
                if (!(piece instanceof Reply.Bulk bulk) || bulk.bytes().length == 0) {
                    throw new IOException("the copy ended after " + position + " bytes");
                }
                digest.update(bulk.bytes());
                ByteBuffer content = ByteBuffer.wrap(bulk.bytes());
                while (content.hasRemaining()) {
                    out.write(content);
                }
                position += bulk.bytes().length;
                progress.show(position);
            }
            out.force(true);
        } finally {
            progress.end();
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The node would drop the copy by itself, later. */
    private static void end(Link link, String id) {
        try {
            link.call(words("RAFT.BACKUP", "END", id));
        } catch (IOException e) {
            return;
        }
    }

    private int failed(String why) {
        spec.commandLine().getErr().println("kv backup: " + why);
        return 1;
    }

    private static Reply ask(Link link, String... words) throws IOException {
        Reply reply = link.call(words(words));
        if (reply instanceof Reply.Failure failure) {
            throw new Refused(failure.text());
        }
        return reply;
    }

    private static List<byte[]> words(String... words) {
        return Arrays.stream(words).map(word -> word.getBytes(UTF_8)).toList();
    }

    private static Map<String, String> map(Reply reply) {
        List<? extends Reply> items =
                reply instanceof Reply.Pairs pairs
                        ? pairs.items()
                        : reply instanceof Reply.Array array ? array.items() : List.of();
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            map.put(text(items.get(i)), text(items.get(i + 1)));
        }
        return map;
    }

    private static String text(Reply reply) {
        return new String(ReplyText.raw(reply), UTF_8);
    }

    static String reason(IOException e) {
        if (e instanceof NoSuchFileException missing) {
            return "there is no file '" + missing.getFile() + "'";
        } else if (e instanceof FileAlreadyExistsException there) {
            return "'" + there.getFile() + "' exists already";
        }
        return String.valueOf(e.getMessage());
    }

    static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder)) {
            channel.force(true);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /** The node said no. */
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /** A line that moves, where somebody looks. */
    private static final class Progress {
        private final long total;
        private final boolean seen = Tty.isInteractive();
        private long shown = -1;

        Progress(long total) {
            this.total = Math.max(1, total);
        }

        void show(long done) {
            long percent = 100 * done / total;
            if (seen && percent != shown) {
                shown = percent;
                System.err.printf("\r%3d %% of %d bytes", percent, total);
            }
        }

        void end() {
            if (seen && shown >= 0) {
                System.err.println();
            }
        }
    }
}
