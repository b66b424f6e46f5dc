package io.jangada.examples.kv.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.examples.kv.resp.Reply;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.util.List;
import java.util.Optional;

/** Operations of a history as requests to a server, and its replies as their answers. */
final class Requests {
    private Requests() {}

    /** The words of the request for an operation. */
    static List<String> words(KvInput input) {
        if (input instanceof KvInput.Get) {
            return List.of("GET", input.key());
        } else if (input instanceof KvInput.Put put) {
            return List.of("SET", put.key(), put.value());
        } else if (input instanceof KvInput.Append append) {
            return List.of("APPEND", append.key(), append.suffix());
        } else if (input instanceof KvInput.Delete) {
            return List.of("DEL", input.key());
        } else if (input instanceof KvInput.Cas cas
                && cas.expected() != null
                && cas.replacement() != null) {
            return List.of("CAS", cas.key(), cas.expected(), cas.replacement());
        }
        throw new IllegalArgumentException("no request for " + input);
    }

    /** What it is called in tables. */
    static String kind(KvInput input) {
        if (input instanceof KvInput.Get get) {
            return get.mode() == KvInput.ReadMode.LEASE ? "get lease" : "get index";
        } else if (input instanceof KvInput.Put) {
            return "put";
        } else if (input instanceof KvInput.Append) {
            return "append";
        } else if (input instanceof KvInput.Delete) {
            return "delete";
        } else if (input instanceof KvInput.Cas) {
            return "cas";
        }
        throw new IllegalArgumentException("no name for " + input);
    }

    /** The answer that a reply is; empty if it is no answer to that. */
    static Optional<KvOutput> answer(KvInput input, Reply reply) {
        if (input instanceof KvInput.Get) {
            if (reply instanceof Reply.Nil) {
                return Optional.of(new KvOutput.Value(null));
            }
            return reply instanceof Reply.Bulk bulk
                    ? Optional.of(new KvOutput.Value(new String(bulk.bytes(), UTF_8)))
                    : Optional.empty();
        } else if (input instanceof KvInput.Put) {
            return Reply.OK.equals(reply) ? Optional.of(new KvOutput.Done()) : Optional.empty();
        } else if (!(reply instanceof Reply.Int number)) {
            return Optional.empty();
        } else if (input instanceof KvInput.Cas) {
            return Optional.of(new KvOutput.Swapped(number.value() == 1));
        }
        return Optional.of(new KvOutput.Done());
    }

    /** A reply as text, for people and comparisons. */
    static String text(Reply reply) {
        if (reply instanceof Reply.Bulk bulk) {
            return new String(bulk.bytes(), UTF_8);
        } else if (reply instanceof Reply.Int number) {
            return Long.toString(number.value());
        } else if (reply instanceof Reply.Simple simple) {
            return simple.text();
        } else if (reply instanceof Reply.Failure failure) {
            return failure.text();
        }
        return reply.toString();
    }
}
