package io.jangada.examples.kv.resp;

import static io.jangada.examples.kv.resp.Command.Kind.CONNECTION;
import static io.jangada.examples.kv.resp.Command.Kind.ENTRANCE;
import static io.jangada.examples.kv.resp.Command.Kind.RAFT;
import static io.jangada.examples.kv.resp.Command.Kind.RAFT_ADMIN;
import static io.jangada.examples.kv.resp.Command.Kind.READ;
import static io.jangada.examples.kv.resp.Command.Kind.SERVER;
import static io.jangada.examples.kv.resp.Command.Kind.WRITE;

import io.jangada.examples.kv.resp.Command.Handler;
import io.jangada.examples.kv.resp.Command.Kind;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The table of all commands: a new one is a new row. */
final class Commands {
    private static final Map<String, Command> BY_NAME = new TreeMap<>();

    static {
        add(READ, "get key", StringCommands::get, "The value of a key, or nil.");
        add(
                READ,
                "mget key [key ...]",
                StringCommands::mget,
                "The values of several keys at one moment.");
        add(
                READ,
                "strlen key",
                StringCommands::strlen,
                "The length of a value in bytes, 0 for none.");
        add(
                READ,
                "exists key [key ...]",
                StringCommands::exists,
                "How many of the keys have a value.");
        add(
                READ,
                "range from to [LIMIT n]",
                StringCommands::range,
                "Keys and values with from <= key < to, in byte order.");
        add(READ, "dbsize", StringCommands::dbsize, "How many keys there are.");
        add(
                WRITE,
                "set key value [NX|XX] [GET]",
                StringCommands::set,
                "Gives a key a value; NX: if it has none, XX: if it has one; GET: tells the old.");
        add(
                WRITE,
                "setnx key value",
                StringCommands::setnx,
                "Gives a key a value if it has none: 1, else 0.");
        add(
                WRITE,
                "mset key value [key value ...]",
                StringCommands::mset,
                "Gives several keys values, all at once.");
        add(
                WRITE,
                "cas key expected new",
                StringCommands::cas,
                "Gives a key a new value if it has the expected one: 1, else 0.");
        add(
                WRITE,
                "append key value",
                StringCommands::append,
                "Adds to the end of a value; its new length.");
        add(WRITE, "incr key", StringCommands::incr, "Adds 1 to an integer.");
        add(WRITE, "decr key", StringCommands::decr, "Subtracts 1 from an integer.");
        add(WRITE, "incrby key increment", StringCommands::incrby, "Adds to an integer.");
        add(WRITE, "decrby key decrement", StringCommands::decrby, "Subtracts from an integer.");
        add(WRITE, "del key [key ...]", StringCommands::del, "Removes keys; how many there were.");
        add(WRITE, "getdel key", StringCommands::getdel, "Removes a key; its value, or nil.");
        add(WRITE, "flushall [ASYNC|SYNC]", StringCommands::flushall, "Removes all keys.");

        add(CONNECTION, "ping [message]", ConnectionCommands::ping, "PONG, or the message.");
        add(CONNECTION, "echo message", ConnectionCommands::echo, "The message.");
        add(CONNECTION, "select index", ConnectionCommands::select, "There is one database: 0.");
        add(
                CONNECTION,
                "client ID|INFO|LIST|GETNAME|SETNAME|SETINFO [...]",
                ConnectionCommands::client,
                "About this connection, and the others.");
        add(
                ENTRANCE,
                "hello [protover [AUTH user password] [SETNAME name]]",
                ConnectionCommands::hello,
                "Chooses RESP2 or RESP3.");
        add(ENTRANCE, "auth [user] password", ConnectionCommands::auth, "Gives the password.");
        add(ENTRANCE, "quit [...]", ConnectionCommands::quit, "Ends the connection.");

        add(
                SERVER,
                "command [COUNT|DOCS|INFO|LIST ...]",
                ServerCommands::command,
                "About the commands.");
        add(
                SERVER,
                "config GET [pattern ...]",
                ServerCommands::config,
                "The settings whose names match.");
        add(
                SERVER,
                "info [section ...]",
                Info::info,
                "This node: server, clients, memory, raft, stats, keyspace.");

        add(
                RAFT,
                "raft.readmode index|lease|stale",
                RaftCommands::readMode,
                "How fresh this connection's reads are.");
        add(
                RAFT,
                "raft.session",
                RaftCommands::session,
                "Opens a session for exactly-once writes.");
        add(
                RAFT,
                "raft.once session seq command [arg ...]",
                RaftCommands::once,
                "Runs a write at most once per session and sequence, however often it is sent.");
        add(RAFT, "raft.status", RaftCommands::status, "What this node knows of the cluster.");
        add(
                RAFT_ADMIN,
                "raft.transfer id",
                AdminCommands::transfer,
                "Makes another voter the leader.");
        add(
                RAFT_ADMIN,
                "raft.add id host:port [LEARNER]",
                AdminCommands::add,
                "Adds a voter once it has caught up, or a learner; an id that is a member moves to"
                        + " the address.");
        add(RAFT_ADMIN, "raft.remove id", AdminCommands::remove, "Removes a member.");
        add(RAFT_ADMIN, "raft.promote id", AdminCommands::promote, "Makes a learner a voter.");
        add(
                RAFT_ADMIN,
                "raft.snapshot",
                AdminCommands::snapshot,
                "Takes a snapshot of this node's state and drops the log below it.");
        add(
                RAFT_ADMIN,
                "raft.backup BEGIN|STAT|READ|END [id] [offset length]",
                BackupCommands::backup,
                "What kv backup uses: makes a copy, tells how far it is, hands it out, drops it.");
    }

    private Commands() {}

    static Collection<Command> all() {
        return Collections.unmodifiableCollection(BY_NAME.values());
    }

    /** The command of that name, in lower case. */
    static Optional<Command> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** Checks a request and says what is to be done. */
    static Plan plan(Client client, Args args) {
        Command command = BY_NAME.get(args.word(0));
        if (!client.isAuthenticated() && (command == null || command.kind() != ENTRANCE)) {
            throw new CommandException("NOAUTH Authentication required.");
        }
        if (command == null) {
            throw unknown(args);
        }
        client.ran(command.name());
        return command.plan(client, args);
    }

    private static CommandException unknown(Args args) {
        StringBuilder shown = new StringBuilder();
        for (int i = 1; i < args.count() && shown.length() < 128; i++) {
            shown.append('\'').append(shortened(args.text(i))).append("' ");
        }
        return CommandException.error(
                "unknown command '"
                        + shortened(args.text(0))
                        + "', with args beginning with: "
                        + shown);
    }

    private static String shortened(String text) {
        return text.substring(0, Math.min(text.length(), 128));
    }

    private static void add(Kind kind, String usage, Handler handler, String summary) {
        Command command = Command.of(kind, usage, handler, summary);
        BY_NAME.put(command.name(), command);
    }
}
