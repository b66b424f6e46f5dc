package io.jangada.examples.kv.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command {@code kv}. Exit codes: 0 fine, 1 it failed, 2 it was told something that it cannot
 * do, 3 (of {@code kv check}) not known.
 */
@Command(
        name = "kv",
        header = "Jangada's example: a replicated, durable, linearizable key-value store.",
        description = {
            "",
            "kv demo starts a whole cluster here and now, and a shell to play with it.",
            ""
        },
        commandListHeading = "%nCommands:%n",
        footer = {"", "kv COMMAND --help tells about a command."})
public final class Main implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--help",
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this help.")
    @SuppressWarnings("unused") // The parser acts on it.
    private boolean help;

    /** The command without a subcommand. */
    public Main() {}

    /**
     * Where Java begins.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        System.exit(run(writer(System.out), writer(System.err), args));
    }

    /** Runs a command line and returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine cli = new CommandLine(new CliCommand());
        CommandLine kv =
                new CommandLine(new Main())
                        .addSubcommand("demo", new DemoCommand())
                        .addSubcommand("server", new ServerCommand())
                        .addSubcommand("cli", cli)
                        .addSubcommand("backup", new BackupCommand())
                        .addSubcommand("restore", new RestoreCommand())
                        .addSubcommand("recover", new RecoverCommand())
                        .addSubcommand("log", new LogCommand())
                        .addSubcommand("check", new CheckCommand())
                        .addSubcommand("chaos", new ChaosCommand());
        kv.setOut(out);
        kv.setErr(err);
        // What follows the options of kv cli is the user's, whatever it looks like.
        kv.setExpandAtFiles(false);
        cli.setStopAtPositional(true);
        kv.setParameterExceptionHandler((e, given) -> refuse(e.getCommandLine(), message(e)));
        kv.setExecutionExceptionHandler((e, command, result) -> fail(command, e));
        CommandLine command = args.length == 0 ? kv : kv.getSubcommands().getOrDefault(args[0], kv);
        try {
            ConfigFile.apply(command, args);
        } catch (UsageException e) {
            return refuse(command, String.valueOf(e.getMessage()));
        }
        return kv.execute(args);
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return CommandLine.ExitCode.USAGE;
    }

    private static int refuse(CommandLine command, String message) {
        command.getErr()
                .println(command.getCommandSpec().qualifiedName() + ": " + oneLine(message));
        return CommandLine.ExitCode.USAGE;
    }

    private static int fail(CommandLine command, Exception e) {
        if (e instanceof UsageException) {
            return refuse(command, String.valueOf(e.getMessage()));
        }
        command.getErr()
                .println(command.getCommandSpec().qualifiedName() + ": " + oneLine(e.toString()));
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** The parser's messages, with the way out. */
    private static String message(ParameterException e) {
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        String advice = "; " + name + " --help tells more";
        if (e instanceof UnmatchedArgumentException unmatched) {
            String what = unmatched.getUnmatched().get(0);
            boolean command = !what.startsWith("-") && !name.contains(" ");
            return (command
                            ? "unknown command '"
                            : what.startsWith("-") ? "unknown option '" : "unexpected '")
                    + what
                    + "'"
                    + advice;
        }
        // The parser adds the form of the value, which the reason says better.
        return String.valueOf(e.getMessage()).replaceFirst(" \\([^)]*\\): ", ": ") + advice;
    }

    private static PrintWriter writer(PrintStream out) {
        return new PrintWriter(out, true, Charset.defaultCharset());
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ");
    }
}
