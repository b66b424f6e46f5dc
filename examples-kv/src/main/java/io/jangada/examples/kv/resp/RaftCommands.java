package io.jangada.examples.kv.resp;

import io.jangada.examples.kv.StatusFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The commands that show Raft: read modes, sessions, status. */
final class RaftCommands {
    private RaftCommands() {}

    static Plan readMode(Client client, Args args) {
        ReadConsistency reads =
                ReadConsistency.parse(args.text(1))
                        .orElseThrow(
                                () ->
                                        CommandException.error(
                                                "read mode must be index, lease or stale"));
        client.read(reads);
        return new Plan.Now(Reply.OK);
    }

    static Plan session(Client client, Args args) {
        return new Plan.Alone(
                timeout -> client.server().group().openSession().thenApply(Reply.Int::new));
    }

    /** Checks the inner command as completely as if it stood alone, before anything is proposed. */
    static Plan once(Client client, Args args) {
        long session = args.number(1);
        long sequence = args.number(2);
        if (sequence < 0) {
            throw CommandException.error("sequence can't be negative");
        }
        Plan inner = Commands.plan(client, args.from(3));
        if (!(inner instanceof Plan.Write write)) {
            throw CommandException.error("'" + args.text(3) + "' is not a write");
        }
        return new Plan.Alone(
                timeout ->
                        client.server()
                                .group()
                                .write(session, sequence, write.command())
                                .handle(
                                        (result, failure) ->
                                                failure == null
                                                        ? Reply.of(result)
                                                        : Failures.ofSession(failure)));
    }

    static Plan status(Client client, Args args) {
        return later(() -> new Reply.Pairs(statusItems(client)));
    }

    /** The status with this client's read mode, as {@code RAFT.STATUS} and {@code INFO} show it. */
    static Map<String, Object> statusFields(Client client) {
        Map<String, Object> fields = StatusFields.of(client.server().group().status());
        fields.put("read", client.reads().toString());
        return fields;
    }

    /** Something quick that shows what the requests before it have done. */
    static Plan later(Supplier<Reply> reply) {
        return new Plan.Alone(timeout -> CompletableFuture.completedFuture(reply.get()));
    }

    private static List<Reply> statusItems(Client client) {
        List<Reply> items = new ArrayList<>();
        statusFields(client)
                .forEach(
                        (name, value) -> {
                            items.add(Reply.text(name));
                            items.add(
                                    value instanceof Long number
                                            ? new Reply.Int(number)
                                            : Reply.text((String) value));
                        });
        return items;
    }
}
