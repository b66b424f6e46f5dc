package io.jangada.examples.kv.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.examples.kv.KvResult;
import java.util.List;

/** What a client is told, whichever protocol carries it. */
@SuppressWarnings("ArrayRecordComponent") // Replies are written and shown, never compared.
public sealed interface Reply {
    /** The usual good end. */
    Reply OK = new Simple("OK");

    /** There is no value. */
    Reply NIL = new Nil();

    /**
     * A short text.
     *
     * @param text without line ends
     */
    record Simple(String text) implements Reply {}

    /**
     * An error.
     *
     * @param text on one line; the first word tells its kind
     */
    record Failure(String text) implements Reply {
        /** Keeps the text on one line. */
        public Failure {
            text = text.replaceAll("\\p{Cntrl}", " ");
        }
    }

    /**
     * An integer.
     *
     * @param value the integer
     */
    record Int(long value) implements Reply {}

    /**
     * A value.
     *
     * @param bytes the value, never changed
     */
    record Bulk(byte[] bytes) implements Reply {}

    /**
     * Text for people; RESP3 says so.
     *
     * @param text the text, of any number of lines
     */
    record Verbatim(String text) implements Reply {}

    /** No value. */
    record Nil() implements Reply {}

    /**
     * A list.
     *
     * @param items the items in order
     */
    record Array(List<? extends Reply> items) implements Reply {}

    /**
     * A map; RESP2 shows it as a list.
     *
     * @param items key, value, key, value, …
     */
    record Pairs(List<? extends Reply> items) implements Reply {}

    /**
     * A value that is text.
     *
     * @param text the text
     * @return the reply
     */
    static Reply text(String text) {
        return new Bulk(text.getBytes(UTF_8));
    }

    /**
     * The error that says that the command is wrong.
     *
     * @param text what is wrong
     * @return the reply
     */
    static Reply error(String text) {
        return new Failure("ERR " + text);
    }

    /**
     * A list of texts.
     *
     * @param texts the texts
     * @return the reply
     */
    static Reply texts(List<String> texts) {
        return new Array(texts.stream().map(Reply::text).toList());
    }

    /**
     * The reply that tells a result.
     *
     * @param result what the state machine answered
     * @return the reply
     */
    static Reply of(KvResult result) {
        if (result instanceof KvResult.Ok) {
            return OK;
        } else if (result instanceof KvResult.Nil) {
            return NIL;
        } else if (result instanceof KvResult.Int number) {
            return new Int(number.value());
        } else if (result instanceof KvResult.Value value) {
            return new Bulk(value.value());
        } else if (result instanceof KvResult.Refused refused) {
            return error(refused.reason());
        } else if (result instanceof KvResult.Many many) {
            return new Array(many.results().stream().map(Reply::of).toList());
        }
        throw new AssertionError("no reply for " + result.getClass());
    }
}
