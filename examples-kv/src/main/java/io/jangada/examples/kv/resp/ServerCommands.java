package io.jangada.examples.kv.resp;

import io.jangada.examples.kv.resp.Command.Keys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** What clients ask about the server: {@code COMMAND} and {@code CONFIG}. */
final class ServerCommands {
    private ServerCommands() {}

    static Plan command(Client client, Args args) {
        String sub = args.count() == 1 ? "info" : args.word(1);
        return switch (sub) {
            case "info" -> new Plan.Now(new Reply.Array(named(args).map(ServerCommands::info)));
            case "docs" -> new Plan.Now(docs(named(args).known()));
            case "count" -> new Plan.Now(new Reply.Int(Commands.all().size()));
            case "list" ->
                    new Plan.Now(Reply.texts(Commands.all().stream().map(Command::name).toList()));
            default ->
                    throw CommandException.error(
                            "unknown subcommand '"
                                    + args.text(1)
                                    + "'. Try COMMAND INFO, DOCS,"
                                    + " COUNT or LIST.");
        };
    }

    static Plan config(Client client, Args args) {
        if (!args.word(1).equals("get")) {
            throw CommandException.error(
                    "CONFIG "
                            + args.text(1)
                            + " is not available: settings are given at the start");
        }
        if (args.count() < 3) {
            throw CommandException.arity("config|get");
        }
        List<Reply> found = new ArrayList<>();
        settings(client.server())
                .forEach(
                        (name, value) -> {
                            if (matchesAny(name, args)) {
                                found.add(Reply.text(name));
                                found.add(Reply.text(value));
                            }
                        });
        return new Plan.Now(new Reply.Pairs(found));
    }

    private static Map<String, String> settings(RespNode server) {
        Map<String, String> settings = new TreeMap<>(server.config().shown());
        settings.put("appendonly", "yes");
        settings.put("databases", "1");
        settings.put("maxclients", Integer.toString(server.config().clientsMax()));
        settings.put("maxmemory", "0");
        settings.put("maxmemory-policy", "noeviction");
        settings.put("port", Integer.toString(server.port()));
        settings.put("proto-max-bulk-len", Integer.toString(server.config().valueBytesMax()));
        settings.put("save", "");
        settings.put("timeout", "0");
        return settings;
    }

    private static boolean matchesAny(String name, Args args) {
        for (int i = 2; i < args.count(); i++) {
            if (Pattern.matches(glob(args.word(i)), name)) {
                return true;
            }
        }
        return false;
    }

    /** Redis's {@code *} and {@code ?}; everything else stands for itself. */
    private static String glob(String pattern) {
        StringBuilder regex = new StringBuilder();
        // One star says as much as several, and costs the matcher less.
        for (char c : pattern.replaceAll("\\*+", "*").toCharArray()) {
            regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        return regex.toString();
    }

    /** The commands that a {@code COMMAND INFO} or {@code DOCS} names, or all if it names none. */
    private static Named named(Args args) {
        if (args.count() <= 2) {
            return new Named(Commands.all().stream().map(Command::name).toList());
        }
        List<String> names = new ArrayList<>();
        for (int i = 2; i < args.count(); i++) {
            names.add(args.word(i));
        }
        return new Named(names);
    }

    private record Named(List<String> names) {
        /** A reply for each name; nil for one that is no command. */
        List<Reply> map(Function<Command, Reply> reply) {
            return names.stream()
                    .map(name -> Commands.find(name).map(reply).orElse(Reply.NIL))
                    .toList();
        }

        Collection<Command> known() {
            return names.stream().flatMap(name -> Commands.find(name).stream()).toList();
        }
    }

    /** Ten elements, as since Redis 7. */
    private static Reply info(Command command) {
        Keys keys = command.keys();
        Reply none = new Reply.Array(List.of());
        return new Reply.Array(
                List.of(
                        Reply.text(command.name()),
                        new Reply.Int(command.arity()),
                        new Reply.Array(
                                command.kind().flags().stream().map(Reply.Simple::new).toList()),
                        new Reply.Int(keys.first()),
                        new Reply.Int(keys.last()),
                        new Reply.Int(keys.step()),
                        none,
                        none,
                        none,
                        none));
    }

    private static Reply docs(Collection<Command> commands) {
        List<Reply> items = new ArrayList<>();
        for (Command command : commands) {
            items.add(Reply.text(command.name()));
            items.add(
                    new Reply.Pairs(
                            List.of(
                                    Reply.text("summary"), Reply.text(command.summary()),
                                    Reply.text("group"), Reply.text(command.kind().group()),
                                    Reply.text("arguments"), arguments(command.syntax()))));
        }
        return new Reply.Pairs(items);
    }

    /** Shown by redis-cli as a hint while typing. */
    private static Reply arguments(String syntax) {
        if (syntax.isEmpty()) {
            return new Reply.Array(List.of());
        }
        Reply whole =
                new Reply.Pairs(
                        List.of(
                                Reply.text("name"), Reply.text(syntax),
                                Reply.text("type"), Reply.text("string"),
                                Reply.text("display_text"), Reply.text(syntax)));
        return new Reply.Array(List.of(whole));
    }
}
