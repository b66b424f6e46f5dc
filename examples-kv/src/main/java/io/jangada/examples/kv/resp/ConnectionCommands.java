package io.jangada.examples.kv.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.List;

/** The commands about the connection itself. */
final class ConnectionCommands {
    private static final String WRONG_PASSWORD =
            "WRONGPASS invalid username-password pair or user is disabled.";

    private ConnectionCommands() {}

    static Plan ping(Client client, Args args) {
        if (args.count() > 2) {
            throw CommandException.arity("ping");
        }
        return new Plan.Now(
                args.count() == 2 ? new Reply.Bulk(args.bytes(1)) : new Reply.Simple("PONG"));
    }

    static Plan echo(Client client, Args args) {
        return new Plan.Now(new Reply.Bulk(args.bytes(1)));
    }

    static Plan quit(Client client, Args args) {
        return new Plan.Last(Reply.OK);
    }

    static Plan select(Client client, Args args) {
        if (args.number(1) != 0) {
            throw CommandException.error("DB index is out of range");
        }
        return new Plan.Now(Reply.OK);
    }

    static Plan auth(Client client, Args args) {
        if (args.count() > 3) {
            throw CommandException.syntax();
        }
        if (client.server().config().password() == null && args.count() == 2) {
            throw CommandException.error(
                    "AUTH <password> called without any password configured for the default user."
                            + " Are you sure your configuration is correct?");
        }
        boolean named = args.count() == 3;
        authenticate(client, named ? args.text(1) : "default", args.bytes(named ? 2 : 1));
        return new Plan.Now(Reply.OK);
    }

    static Plan hello(Client client, Args args) {
        int protocol = args.count() > 1 ? protocol(args) : client.protocol();
        String name = null;
        for (int i = 2; i < args.count(); ) {
            if (args.word(i).equals("auth") && i + 2 < args.count()) {
                authenticate(client, args.text(i + 1), args.bytes(i + 2));
                i += 3;
            } else if (args.word(i).equals("setname") && i + 1 < args.count()) {
                name = clientName(args.text(i + 1));
                i += 2;
            } else {
                throw CommandException.error("syntax error in HELLO");
            }
        }
        if (!client.isAuthenticated()) {
            throw new CommandException(
                    "NOAUTH HELLO must be called with the client already authenticated, otherwise"
                            + " the HELLO <proto> AUTH <user> <pass> option can be used to"
                            + " authenticate the client and select the RESP protocol version at the"
                            + " same time");
        }
        if (name != null) {
            client.rename(name);
        }
        client.speak(protocol);
        return new Plan.Now(greeting(client));
    }

    static Plan client(Client client, Args args) {
        String sub = args.word(1);
        return switch (sub) {
            case "id" -> now(sub, args, 2, new Reply.Int(client.id()));
            case "getname" -> now(sub, args, 2, nameOf(client));
            case "info" -> now(sub, args, 2, Reply.text(client.describe() + "\n"));
            case "list" -> new Plan.Now(new Reply.Verbatim(list(client)));
            case "setname" -> {
                requireCount(sub, args, 3);
                client.rename(clientName(args.text(2)));
                yield new Plan.Now(Reply.OK);
            }
            case "setinfo" -> setInfo(client, args);
            case "no-evict", "no-touch" -> now(sub, args, 3, Reply.OK);
            default ->
                    throw CommandException.error(
                            "unknown subcommand '"
                                    + args.text(1)
                                    + "'. Try CLIENT ID, INFO, LIST,"
                                    + " GETNAME, SETNAME or SETINFO.");
        };
    }

    private static void authenticate(Client client, String user, byte[] password) {
        String expected = client.server().config().password();
        // Takes the same time wherever the first difference is. Without a password any will do.
        boolean equal =
                expected == null || MessageDigest.isEqual(password, expected.getBytes(UTF_8));
        if (!user.equals("default") || !equal) {
            throw new CommandException(WRONG_PASSWORD);
        }
        client.authenticate();
    }

    private static int protocol(Args args) {
        long version;
        try {
            version = args.number(1);
        } catch (CommandException e) {
            throw CommandException.error("Protocol version is not an integer or out of range");
        }
        if (version != 2 && version != 3) {
            throw new CommandException("NOPROTO unsupported protocol version");
        }
        return (int) version;
    }

    private static Reply greeting(Client client) {
        return new Reply.Pairs(
                List.of(
                        Reply.text("server"), Reply.text("redis"),
                        Reply.text("version"), Reply.text(Info.REDIS_VERSION),
                        Reply.text("proto"), new Reply.Int(client.protocol()),
                        Reply.text("id"), new Reply.Int(client.id()),
                        Reply.text("mode"), Reply.text("standalone"),
                        Reply.text("role"), Reply.text("master"),
                        Reply.text("modules"), new Reply.Array(List.of())));
    }

    private static Plan setInfo(Client client, Args args) {
        requireCount("setinfo", args, 4);
        String value =
                printable(
                        args.text(3),
                        args.text(2)
                                + " cannot contain spaces, newlines or"
                                + " special characters.");
        switch (args.word(2)) {
            case "lib-name" -> client.library(value, null);
            case "lib-ver" -> client.library(null, value);
            default -> throw CommandException.error("Unrecognized option '" + args.text(2) + "'");
        }
        return new Plan.Now(Reply.OK);
    }

    private static String clientName(String name) {
        return printable(
                name, "Client names cannot contain spaces, newlines or special characters.");
    }

    private static String printable(String text, String otherwise) {
        if (!text.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw CommandException.error(otherwise);
        }
        return text;
    }

    private static Reply nameOf(Client client) {
        return client.name().isEmpty() ? Reply.NIL : Reply.text(client.name());
    }

    private static String list(Client client) {
        StringBuilder lines = new StringBuilder();
        client.server().clients().values().forEach(c -> lines.append(c.describe()).append('\n'));
        return lines.toString();
    }

    private static Plan now(String sub, Args args, int count, Reply reply) {
        requireCount(sub, args, count);
        return new Plan.Now(reply);
    }

    private static void requireCount(String sub, Args args, int count) {
        if (args.count() != count) {
            throw CommandException.arity("client|" + sub);
        }
    }
}
