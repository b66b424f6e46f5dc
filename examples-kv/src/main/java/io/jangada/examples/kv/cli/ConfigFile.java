package io.jangada.examples.kv.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Options from a file, under their names without the dashes. The command line wins over them. */
final class ConfigFile implements IDefaultValueProvider {
    private static final String OPTION = "--config";

    private final Properties values;

    private ConfigFile(Properties values) {
        this.values = values;
    }

    /**
     * Lets a command take its defaults from the file that the arguments name, if they name one.
     *
     * @throws UsageException if the file cannot be read or holds what is no option of the command
     */
    static void apply(CommandLine command, String... args) {
        boolean takesFile = command.getCommandSpec().findOption(OPTION) != null;
        for (int i = 0; takesFile && i < args.length; i++) {
            if (args[i].startsWith(OPTION + "=")) {
                use(command, args[i].substring(OPTION.length() + 1));
            } else if (args[i].equals(OPTION) && i + 1 < args.length) {
                use(command, args[i + 1]);
            }
        }
    }

    private static void use(CommandLine command, String file) {
        Properties values = new Properties();
        try (Reader in = Files.newBufferedReader(Path.of(file))) {
            values.load(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException(OPTION + ": cannot read '" + file + "'");
        }
        for (String name : values.stringPropertyNames()) {
            OptionSpec option = command.getCommandSpec().findOption("--" + name);
            if (option == null || name.equals("config") || name.equals("help")) {
                throw new UsageException(OPTION + ": unknown option '" + name + "' in " + file);
            }
        }
        command.setDefaultValueProvider(new ConfigFile(values));
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option
                ? values.getProperty(option.longestName().substring(2))
                : null;
    }
}
