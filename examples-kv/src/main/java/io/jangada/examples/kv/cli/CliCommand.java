package io.jangada.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.examples.kv.resp.InlineWords;
import io.jangada.examples.kv.resp.Reply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kv cli}: a shell, or one command. */
@Command(
        name = "cli",
        header = "A shell on a node, or a single command.",
        customSynopsis = "kv cli [-h HOST] [-p PORT] [COMMAND ARG ...]",
        usageHelpWidth = 100,
        description = {
            "",
            "Without a command: a shell with history, completion and help, or, when the input is not"
                    + " a terminal, the commands that it holds, one a line.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 fine, 1 the server said an error, 2 wrong usage or no connection.",
            "",
            "  kv cli SET a 1",
            "  kv cli -p 6380 RAFT.STATUS"
        },
        sortOptions = false)
final class CliCommand implements Callable<Integer> {
    @Option(
            names = "-h",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "The node's host (default ${DEFAULT-VALUE}).")
    private String host = "127.0.0.1";

    @Option(
            names = "-p",
            paramLabel = "PORT",
            defaultValue = "6379",
            description = "The node's port for Redis clients (default ${DEFAULT-VALUE}).")
    private String port = "6379";

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "A file whose first line is the password.")
    private @Nullable Path passwordFile;

    @Parameters(
            paramLabel = "COMMAND ARG",
            arity = "0..*",
            description = "A command and its arguments, as in: SET a 1")
    private List<String> words = List.of();

    @Override
    public Integer call() throws IOException {
        OptionalInt number = Address.portOf(port);
        if (number.isEmpty() || number.getAsInt() == 0) {
            throw new UsageException("-p: '" + port + "' is not a port");
        }
        String password = passwordFile == null ? null : NodeOptions.readPassword(passwordFile);
        Address address = new Address(host, number.getAsInt());
        try (Link link = new Link(address, password)) {
            if (!words.isEmpty()) {
                link.connect();
                return run(link, words.stream().map(word -> word.getBytes(UTF_8)).toList()) ? 0 : 1;
            }
            if (Tty.isInteractive()) {
                return new Shell(link, List.of()).run();
            }
            link.connect();
            return runLines(link) ? 0 : 1;
        } catch (IOException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private boolean runLines(Link link) throws IOException {
        boolean fine = true;
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            List<byte[]> command;
            try {
                command = InlineWords.split(line);
            } catch (IllegalArgumentException e) {
                throw new UsageException("the quotes in this line do not match: " + line);
            }
            if (!command.isEmpty()) {
                fine &= run(link, command);
            }
        }
        return fine;
    }

    /** Runs one command; whether the server did not say an error. */
    private static boolean run(Link link, List<byte[]> command) throws IOException {
        Reply reply = link.call(command);
        boolean pretty = Tty.isInteractive();
        System.out.write(pretty ? ReplyText.pretty(reply).getBytes(UTF_8) : ReplyText.raw(reply));
        System.out.println();
        return !(reply instanceof Reply.Failure);
    }
}
