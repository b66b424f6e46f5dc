package io.jangada.examples.kv.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.examples.kv.KvCommand;
import io.jangada.examples.kv.KvResult;
import io.jangada.examples.kv.KvStateMachine;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftGroup;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is wrong on the command line is one line that names it, exit code 2, and nothing on disk.
 */
class CommandLineTest {
    private static final String CLUSTER = "n1=127.0.0.1:1,n2=127.0.0.1:2,n3=127.0.0.1:3";

    @TempDir private Path folder;
    private Path data;

    private record Outcome(int code, String out, String err) {}

    @BeforeEach
    void chooseFolder() {
        data = folder.resolve("data");
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiterString = " => ",
            value = {
                "--foo => kv server: unknown option '--foo'; kv server --help tells more",
                "extra => kv server: unexpected 'extra'; kv server --help tells more",
                "--id n9 => kv server: --id: --cluster does not name 'n9'",
                "--cluster n1 => kv server: Invalid value for option '--cluster': member 'n1' is not"
                        + " ID=HOST:PORT, as in n1=h1:7000; kv server --help tells more",
                "--cluster n1=h:1,n1=h:2 => kv server: Invalid value for option '--cluster': 'n1=h:2'"
                        + " names a node or an address for the second time; kv server --help tells"
                        + " more",
                "--cluster n1=h:1,n2=h:1 => kv server: Invalid value for option '--cluster': 'n2=h:1'"
                        + " names a node or an address for the second time; kv server --help tells"
                        + " more",
                "--cluster n1=h:99999 => kv server: Invalid value for option '--cluster': address"
                        + " 'h:99999' of node n1 is not HOST:PORT, as in h1:7000; kv server --help"
                        + " tells more",
                "--resp 6379 => kv server: Invalid value for option '--resp': '6379' is not"
                        + " HOST:PORT, as in 127.0.0.1:6379; kv server --help tells more",
                "--http x:y => kv server: Invalid value for option '--http': 'x:y' is not HOST:PORT,"
                        + " as in 127.0.0.1:6379; kv server --help tells more",
                "--election-timeout 5 => kv server: Invalid value for option '--election-timeout':"
                        + " '5' is not a duration, as in 250ms, 5s or 1m; kv server --help tells"
                        + " more",
                "--election-timeout 100ms => kv server: --election-timeout PT0.1S is less than three"
                        + " times --heartbeat PT0.1S: a single lost heartbeat would start an"
                        + " election",
                "--heartbeat 0ms => kv server: Invalid value for option '--heartbeat': '0ms' is not"
                        + " a duration from 1ms to a day; kv server --help tells more",
                "--read stale => kv server: Invalid value for option '--read': 'stale' is neither"
                        + " index nor lease; kv server --help tells more",
                "--clock-drift 0.1 => kv server: Invalid value for option '--clock-drift': '0.1' is"
                        + " not a percentage below 100%, as in 10%; kv server --help tells more",
                "--clock-drift 100% => kv server: Invalid value for option '--clock-drift': '100%'"
                        + " is not a percentage below 100%, as in 10%; kv server --help tells more",
                "--store papyrus => kv server: Invalid value for option '--store': 'papyrus' is"
                        + " neither chronicle nor segment; kv server --help tells more",
                "--fsync sometimes => kv server: Invalid value for option '--fsync': 'sometimes' is"
                        + " neither always nor never; kv server --help tells more",
                "--max-value 13MiB => kv server: --max-value 13631488 is not from 1 to 12582912"
                        + " bytes (12MiB)",
                "--max-value big => kv server: Invalid value for option '--max-value': 'big' is not"
                        + " a size, as in 65536, 512KiB or 8MiB; kv server --help tells more",
                "--password-file nosuch => kv server: --password-file: there is no file 'nosuch'",
                "--config nosuch => kv server: --config: cannot read 'nosuch'",
                "--join --cluster n1=127.0.0.1:1 => kv server: --join: --cluster names no member to"
                        + " join, only 'n1'",
                "--snapshot-every 0 => kv server: --snapshot-every 0 is not from 1 to 1073741824",
                "--snapshot-every x => kv server: Invalid value for option '--snapshot-every': 'x'"
                        + " is not an int; kv server --help tells more",
                "--snapshot-rate 1KiB => kv server: --snapshot-rate 1024 is less than 65536 bytes per"
                        + " second",
                "--priority 101 => kv server: --priority 101 is not from 0 to 100",
                "--id => kv server: Missing required parameter for option '--id' (ID); kv server"
                        + " --help tells more",
                "--resp nosuchhost.invalid:1 => kv server: --resp: unknown host 'nosuchhost.invalid'"
            })
    void aBadServerOptionIsNamed(String options, String message) {
        assertRefused(message, server(options.split(" ")));
    }

    @Test
    void missingOptionsAreNamed() {
        assertRefused(
                "kv server: Missing required options: '--id=ID', '--cluster=ID=HOST:PORT,...',"
                        + " '--data=DIR', '--resp=HOST:PORT'; kv server --help tells more",
                run("server"));
    }

    @Test
    void aTakenPortIsOneLine() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            String resp = "127.0.0.1:" + port;
            assertRefused(
                    "kv server: --resp: port " + port + " of 127.0.0.1 is taken",
                    server("--resp", resp));
            assertRefused(
                    "kv server: --http: port " + port + " of 127.0.0.1 is taken",
                    server("--http", resp));
            assertRefused(
                    "kv server: --cluster: port " + port + " of 127.0.0.1 is taken",
                    server("--cluster", "n1=" + resp));
            assertRefused(
                    "kv demo: --resp-port: port " + port + " of 127.0.0.1 is taken",
                    run("demo", "--data", data.toString(), "--resp-port", "" + port));
            // Among the ports that follow the first one, too. (The one before may be somebody's.)
            Outcome second = run("demo", "--data", data.toString(), "--resp-port", "" + (port - 1));
            assertEquals(2, second.code);
            assertTrue(
                    second.err.matches(
                            "kv demo: --resp-port: port (%d|%d) of 127.0.0.1 is taken\\R"
                                    .formatted(port - 1, port)),
                    second.err);
            assertRefused(
                    "kv demo: --http-port: port " + port + " of 127.0.0.1 is taken",
                    run("demo", "--data=" + data, "--resp-port=0", "--http-port=" + port));
        }
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiterString = " => ",
            value = {
                "--nodes 0 => kv demo: --nodes 0 is not from 1 to 9",
                "--nodes x => kv demo: Invalid value for option '--nodes': 'x' is not an int; kv"
                        + " demo --help tells more",
                "--resp-port 65535 => kv demo: --resp-port 65535 leaves no room for 3 ports",
                "--http-port 70000 => kv demo: --http-port 70000 is not a port",
                "--election-timeout 1h => kv demo: Invalid value for option '--election-timeout':"
                        + " '1h' is not a duration, as in 250ms, 5s or 1m; kv demo --help tells"
                        + " more"
            })
    void aBadDemoOptionIsNamed(String options, String message) {
        List<String> words = new ArrayList<>(List.of("demo", "--data", data.toString()));
        words.addAll(List.of(options.split(" ")));
        assertRefused(message, run(words.toArray(new String[0])));
    }

    @Test
    void aDemosFolderKeepsItsNodes() throws IOException {
        Files.createDirectories(data);
        Files.writeString(data.resolve("cluster"), CLUSTER);
        Outcome outcome =
                run("demo", "--data=" + data, "--nodes=5", "--resp-port=0", "--http-port=0");
        assertEquals(2, outcome.code);
        assertEquals(
                "kv demo: --data: '%s' holds a demo of 3 nodes: add --nodes 3, or name another folder"
                        .formatted(data),
                outcome.err.strip());
    }

    @Test
    void aFileMayHoldTheOptions() throws IOException {
        Path file = folder.resolve("kv.conf");
        Files.writeString(file, "id=n9\ncluster=" + CLUSTER + "\nelection-timeout=500ms\n");
        Outcome outcome =
                run("server", "--config", "" + file, "--data", "" + data, "--resp", "127.0.0.1:0");
        assertRefused("kv server: --id: --cluster does not name 'n9'", outcome);

        assertRefused(
                "kv server: --id: --cluster does not name 'n8'",
                server("--config=" + file, "--id=n8"));

        Files.writeString(file, "nosuch=1\n");
        assertRefused(
                "kv server: --config: unknown option 'nosuch' in " + file,
                server("--config", "" + file));
        Files.writeString(file, "heartbeat=soon\n");
        assertRefused(
                "kv server: Invalid value for option '--heartbeat': 'soon' is not a duration, as in"
                        + " 250ms, 5s or 1m; kv server --help tells more",
                server("--config", "" + file));
    }

    @Test
    void aPasswordFileMustHoldOne() throws IOException {
        Path file = Files.writeString(folder.resolve("empty"), "\n");
        assertRefused(
                "kv server: --password-file: '" + file + "' has an empty first line",
                server("--password-file", "" + file));
    }

    @Test
    void theDataFolderMustNotBeAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertRefused(
                "kv server: --data: '" + file + "' is not a folder", server("--data", "" + file));
    }

    @Test
    void chaosRefusesWhatItCannotDoBeforeItDoesAnything() throws IOException {
        assertRefused(
                "kv chaos: Missing required option: '--minutes=N'; kv chaos --help tells more",
                run("chaos"));
        assertRefused(
                "kv chaos: Invalid value for option '--minutes': 'long' is not a number of minutes"
                        + " above 0 and up to 1440; kv chaos --help tells more",
                run("chaos", "--minutes", "long"));
        assertRefused(
                "kv chaos: Invalid value for option '--faults': 'flood' is no fault; there are"
                        + " kill,pause,cut,clock,disk,flip,members,transfer,restart,snapshot and"
                        + " all; kv chaos --help tells more",
                run("chaos", "--minutes", "1", "--faults", "kill,flood"));
        assertRefused(
                "kv chaos: --nodes must be 3 or 5, not 4",
                run("chaos", "--minutes", "1", "--nodes", "4"));
        assertRefused(
                "kv chaos: --clients must be from 1 to 100, not 0",
                run("chaos", "--minutes", "1", "--clients", "0"));
        Files.writeString(folder.resolve("file"), "x");
        assertRefused(
                "kv chaos: --keep: '" + folder + "' is not a new or empty folder",
                run("chaos", "--minutes", "1", "--keep", folder.toString()));
    }

    @Test
    void aBackupNeedsANodeAndAFileThatIsNotThere() throws IOException {
        Path file = folder.resolve("copy");
        assertRefused(
                "kv backup: Missing required parameters: 'HOST:PORT', 'FILE'; kv backup --help tells"
                        + " more",
                run("backup"));
        assertRefused(
                "kv backup: no connection to 127.0.0.1:1: Connection refused",
                run("backup", "127.0.0.1:1", file.toString()));
        assertRefused(
                "kv backup: there is no folder '" + data + "'",
                run("backup", "127.0.0.1:1", data.resolve("copy").toString()));
        Files.writeString(file, "x");
        assertRefused(
                "kv backup: '" + file + "' exists already: name another file",
                run("backup", "127.0.0.1:1", file.toString()));
    }

    @Test
    void aRestoreOverwritesNothing() throws IOException {
        Path file = folder.resolve("copy");
        assertRefused(
                "kv restore: there is no file '" + file + "'",
                run("restore", "--data=" + data, file.toString()));
        Files.writeString(file, "something else");
        Path full = Files.createDirectory(folder.resolve("full"));
        Files.writeString(full.resolve("IDENTITY"), "x");
        assertRefused(
                "kv restore: --data: '"
                        + full
                        + "' is not empty: nothing is overwritten, name another folder",
                run("restore", "--data=" + full, file.toString()));
        assertRefused(
                "kv restore: --data: '" + file + "' is not a folder",
                run("restore", "--data=" + file, file.toString()));
    }

    @Test
    void theOfflineCommandsNeedADataFolder() {
        assertRefused(
                "kv log: Missing required parameter: 'DATA'; kv log --help tells more", run("log"));
        assertRefused(
                "kv log: there are no indexes from 9 to 3",
                run("log", data.toString(), "--from=9", "--to=3"));
        assertRefused(
                "kv recover: Missing required options: '--data=DIR', '--survivors=ID[=HOST:PORT]';"
                        + " kv recover --help tells more",
                run("recover"));
        Outcome log = run("log", data.toString());
        assertEquals(2, log.code);
        assertEquals(1, log.err.lines().count(), log.err);
        assertTrue(log.err.startsWith("kv log: " + data), log.err);
        Outcome recover = run("recover", "--data=" + data, "--survivors=n1");
        assertEquals(1, recover.code);
        assertEquals(1, recover.err.lines().count(), recover.err);
        assertTrue(recover.err.startsWith("kv recover: " + data), recover.err);
        assertTrue(Files.notExists(data), "nothing is created");
    }

    @Test
    void aLogIsPrintedAndDamageIsSaidInWords() throws IOException {
        List<Member> alone = List.of(Member.parse("n1=127.0.0.1:1"));
        Path node = folder.resolve("n1");
        try (RaftGroup<KvStateMachine, KvCommand, KvResult> group =
                Raft.at("n1", node)
                        .peers(alone)
                        .bind("127.0.0.1:0")
                        .start(new KvStateMachine(), KvCommand.CODEC, KvResult.CODEC)) {
            for (int i = 0; i < 20; i++) {
                group.write(new KvCommand.Add(new byte[] {'n'}, 1)).join();
            }
        }
        Outcome sound = run("log", node.toString(), "--from=5", "--to=6");
        assertEquals(0, sound.code, sound.err + sound.out);
        assertTrue(sound.out.contains(" entry default 5@"), sound.out);
        assertFalse(sound.out.contains(" entry default 7@"), sound.out);
        assertTrue(sound.out.endsWith("the log is sound" + System.lineSeparator()), sound.out);
        Outcome json = run("log", node.toString(), "--group=default", "--json");
        assertTrue(json.out.lines().allMatch(l -> l.matches("\\{\".*\\}")), json.out);
        assertTrue(json.out.contains("\"sound\":true"), json.out);

        damage(node);
        Outcome damaged = run("log", node.toString());
        assertEquals(1, damaged.code, damaged.out);
        assertTrue(damaged.out.contains("PROBLEM: "), damaged.out);
    }

    /** Changes one byte in the middle of what was written. */
    private static void damage(Path node) throws IOException {
        Path segment;
        try (Stream<Path> files = Files.list(node.resolve("log"))) {
            segment = files.filter(f -> f.toString().endsWith(".cq4")).findFirst().orElseThrow();
        }
        byte[] command = KvCommand.CODEC.encode(new KvCommand.Add(new byte[] {'n'}, 1));
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            byte[] begin = new byte[64 << 10];
            file.readFully(begin);
            int at = new String(begin, ISO_8859_1).indexOf(new String(command, ISO_8859_1));
            file.seek(at);
            file.write('?');
        }
    }

    @Test
    void anUnknownCommandIsNamed() {
        assertRefused("kv: unknown command 'foo'; kv --help tells more", run("foo"));
        assertRefused("kv: unknown option '--foo'; kv --help tells more", run("--foo"));
    }

    @Test
    void nothingAtAllShowsTheHelp() {
        Outcome outcome = run();
        assertEquals(2, outcome.code);
        assertTrue(outcome.err.contains("Usage: kv"), outcome.err);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "server", "demo", "cli", "backup", "restore", "recover", "log", "check"})
    void helpIsEverywhere(String command) {
        Outcome outcome = command.isEmpty() ? run("--help") : run(command, "--help");
        assertEquals(0, outcome.code, outcome.err);
        assertEquals("", outcome.err);
        assertTrue(outcome.out.contains(("\nUsage: kv " + command).strip()), outcome.out);
        assertEquals(1, outcome.out.split("Usage:", -1).length - 1, outcome.out);
        assertTrue(outcome.out.lines().allMatch(line -> line.length() <= 100), outcome.out);
    }

    @Test
    void theClientSaysThatNobodyIsThere() throws IOException {
        int free;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = probe.getLocalPort();
        }
        assertRefused(
                "kv cli: no connection to 127.0.0.1:" + free + ": Connection refused",
                run("cli", "-p", "" + free, "GET", "a"));
        assertRefused("kv cli: -p: 'x' is not a port", run("cli", "-p", "x", "GET", "a"));
        assertRefused(
                "kv cli: unknown option '--foo'; kv cli --help tells more", run("cli", "--foo"));
    }

    /** A server command line that is right but for what is given, which comes last and wins. */
    private Outcome server(String... options) {
        List<String> words = new ArrayList<>(List.of("server"));
        List<String> given = List.of(options);
        addUnlessGiven(words, given, "--id", "n1");
        addUnlessGiven(words, given, "--cluster", CLUSTER);
        addUnlessGiven(words, given, "--data", data.toString());
        addUnlessGiven(words, given, "--resp", "127.0.0.1:0");
        words.addAll(given);
        return run(words.toArray(new String[0]));
    }

    private static void addUnlessGiven(
            List<String> words, List<String> given, String option, String value) {
        if (given.stream()
                .noneMatch(word -> word.equals(option) || word.startsWith(option + "="))) {
            words.add(option);
            words.add(value);
        }
    }

    private static Outcome run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Outcome(code, out.toString(), err.toString());
    }

    private void assertRefused(String message, Outcome outcome) {
        assertEquals(message + System.lineSeparator(), outcome.err);
        assertEquals(2, outcome.code);
        assertEquals("", outcome.out);
        assertTrue(Files.notExists(data), "nothing is created");
    }

    @Test
    void nothingIsLeftInTheTemporaryFolder() throws IOException {
        long before = demos();
        assertEquals(2, run("demo", "--nodes", "0").code);
        assertEquals(before, demos());
    }

    private static long demos() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("kv-demo-"))
                    .count();
        }
    }
}
