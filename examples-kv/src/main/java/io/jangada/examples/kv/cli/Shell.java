package io.jangada.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.examples.kv.resp.CommandHelp;
import io.jangada.examples.kv.resp.InlineWords;
import io.jangada.examples.kv.resp.Reply;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jline.reader.Completer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.completer.AggregateCompleter;
import org.jline.reader.impl.completer.ArgumentCompleter;
import org.jline.reader.impl.completer.NullCompleter;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * The interactive shell: history, completion, help, and replies as tables where that reads better.
 */
final class Shell {
    /** Passwords are not for the history. */
    private static final String NOT_KEPT = "*AUTH*:*auth*:*Auth*";

    private final Link link;
    private final Map<String, ShellCommand> own = new LinkedHashMap<>();

    Shell(Link link, List<ShellCommand> more) {
        this.link = link;
        add(new ShellCommand("help", "[command]", "Tells about the commands.", this::help));
        more.forEach(this::add);
        add(new ShellCommand("exit", "", "Leaves.", arguments -> ""));
    }

    /** Reads and runs lines until the user has enough. Returns the exit code. */
    int run() throws IOException {
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            LineReader reader = reader(terminal);
            PrintWriter out = terminal.writer();
            out.println("Type help for help, exit to leave.");
            while (true) {
                String line;
                try {
                    line = reader.readLine(link.address() + "> ").strip();
                } catch (UserInterruptException e) {
                    continue;
                } catch (EndOfFileException e) {
                    return 0;
                }
                if (isExit(line)) {
                    return 0;
                }
                out.println(answer(line));
                out.flush();
            }
        }
    }

    /** What to print for a line. */
    String answer(String line) {
        List<byte[]> words;
        try {
            words = InlineWords.split(line);
        } catch (IllegalArgumentException e) {
            return "(error) the quotes in this line do not match";
        }
        if (words.isEmpty()) {
            return "";
        }
        String name = new String(words.get(0), UTF_8).toLowerCase(Locale.ROOT);
        ShellCommand command = own.get(name);
        try {
            return command == null
                    ? show(name, link.call(words))
                    : command.action().run(texts(words.subList(1, words.size())));
        } catch (IOException e) {
            return "(error) " + e.getMessage();
        }
    }

    private static String show(String name, Reply reply) {
        return name.equals("range") && reply instanceof Reply.Array range
                ? ReplyText.pairs(range.items())
                : ReplyText.pretty(reply);
    }

    private static boolean isExit(String line) {
        return line.equalsIgnoreCase("exit") || line.equalsIgnoreCase("quit");
    }

    private String help(List<String> arguments) {
        if (arguments.isEmpty()) {
            return overview();
        }
        String name = arguments.get(0).toLowerCase(Locale.ROOT);
        return rows().filter(row -> row.name().equals(name))
                .findFirst()
                .map(row -> usage(row) + "\n  " + row.summary())
                .orElse("(error) there is no command '" + arguments.get(0) + "'");
    }

    private String overview() {
        Map<String, Table> groups = new LinkedHashMap<>();
        rows().forEach(
                        row ->
                                groups.computeIfAbsent(row.group(), group -> new Table())
                                        .row("  " + usage(row), row.summary()));
        List<String> parts = new ArrayList<>();
        groups.forEach((group, table) -> parts.add(group + "\n" + table));
        return String.join("\n\n", parts);
    }

    /** All commands, the shell's own last, where they are seen. */
    private Stream<CommandHelp> rows() {
        return Stream.concat(
                CommandHelp.all().stream(),
                own.values().stream()
                        .map(c -> new CommandHelp(c.name(), c.syntax(), c.summary(), "shell")));
    }

    private static String usage(CommandHelp row) {
        boolean ours = row.group().equals("shell");
        String name = ours ? row.name() : row.name().toUpperCase(Locale.ROOT);
        return (name + " " + row.syntax()).stripTrailing();
    }

    private LineReader reader(Terminal terminal) {
        // The server's rules for quotes hold; the editor must not have its own.
        DefaultParser plain = new DefaultParser().quoteChars(new char[0]).escapeChars(new char[0]);
        return LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(plain)
                .completer(completer())
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.CASE_INSENSITIVE, true)
                .variable(
                        LineReader.HISTORY_FILE,
                        Path.of(System.getProperty("user.home"), ".jangada_kv_history"))
                .variable(LineReader.HISTORY_IGNORE, NOT_KEPT)
                .build();
    }

    private Completer completer() {
        List<String> names = new ArrayList<>();
        rows().forEach(row -> names.add(usage(row).split(" ")[0]));
        Completer first = new StringsCompleter(names);
        Completer helpOnly =
                new ArgumentCompleter(new StringsCompleter("help"), first, NullCompleter.INSTANCE);
        Completer readModes = modes("RAFT.READMODE", "index", "lease", "stale");
        Completer backups = modes("RAFT.BACKUP", "BEGIN", "STAT", "READ", "END");
        Completer all = new ArgumentCompleter(first, NullCompleter.INSTANCE);
        return new AggregateCompleter(helpOnly, readModes, backups, all);
    }

    private static Completer modes(String command, String... modes) {
        return new ArgumentCompleter(
                new StringsCompleter(command), new StringsCompleter(modes), NullCompleter.INSTANCE);
    }

    private void add(ShellCommand command) {
        own.put(command.name(), command);
    }

    private static List<String> texts(List<byte[]> words) {
        return words.stream().map(word -> new String(word, UTF_8)).toList();
    }
}
