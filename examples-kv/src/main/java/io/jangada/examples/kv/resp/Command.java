package io.jangada.examples.kv.resp;

import java.util.List;
import java.util.Locale;

/**
 * A row of the table {@link Commands}.
 *
 * @param kind what it touches
 * @param name in lower case
 * @param arity how many words there must be, the name included; negative: at least so many
 * @param keys where the keys are
 * @param syntax the arguments as shown to people; square brackets hold what may be left out
 * @param handler checks the request completely and says what is to be done
 * @param summary one sentence
 */
record Command(
        Kind kind,
        String name,
        int arity,
        Keys keys,
        String syntax,
        Handler handler,
        String summary) {
    /** What a command touches, in the words that Redis uses for groups and flags. */
    enum Kind {
        READ("string", "readonly fast"),
        WRITE("string", "write denyoom"),
        CONNECTION("connection", "loading stale fast"),
        /** Allowed before {@code AUTH}. */
        ENTRANCE("connection", "loading stale fast no_auth"),
        SERVER("server", "loading stale"),
        RAFT("raft", "stale"),
        RAFT_ADMIN("raft", "admin stale");

        private final String group;
        private final String flags;

        Kind(String group, String flags) {
            this.group = group;
            this.flags = flags;
        }

        String group() {
            return group;
        }

        List<String> flags() {
            return List.of(flags.split(" "));
        }
    }

    /**
     * Where the keys are among the words.
     *
     * @param first the first, 0 if there is none
     * @param last the last, -1 for the last word
     * @param step from one key to the next
     */
    record Keys(int first, int last, int step) {}

    /**
     * Turns a request into a plan, or throws a {@link CommandException}. Runs on the event loop.
     */
    @FunctionalInterface
    interface Handler {
        Plan plan(Client client, Args args);
    }

    /** A row whose usage tells name, arity and keys. */
    static Command of(Kind kind, String usage, Handler handler, String summary) {
        String[] nameAndSyntax = usage.split(" ", 2);
        String name = nameAndSyntax[0].toLowerCase(Locale.ROOT);
        String syntax = nameAndSyntax.length == 1 ? "" : nameAndSyntax[1];
        return new Command(kind, name, arity(syntax), keys(syntax), syntax, handler, summary);
    }

    /** Checks the number of words, then lets the handler look at them. */
    Plan plan(Client client, Args args) {
        if (arity >= 0 ? args.count() != arity : args.count() < -arity) {
            throw CommandException.arity(name);
        }
        return handler.plan(client, args);
    }

    private static int arity(String syntax) {
        int required = 1;
        int depth = 0;
        for (String word : syntax.split(" ")) {
            depth += count(word, '[');
            required += depth == 0 && !word.isEmpty() ? 1 : 0;
            depth -= count(word, ']');
        }
        return syntax.contains("[") ? -required : required;
    }

    private static Keys keys(String syntax) {
        if (syntax.endsWith("[key ...]")) {
            return new Keys(1, -1, 1);
        }
        if (syntax.endsWith("[key value ...]")) {
            return new Keys(1, -1, 2);
        }
        return syntax.startsWith("key") ? new Keys(1, 1, 1) : new Keys(0, 0, 0);
    }

    private static int count(String word, char c) {
        return (int) word.chars().filter(each -> each == c).count();
    }
}
