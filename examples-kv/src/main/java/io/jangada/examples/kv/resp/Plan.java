package io.jangada.examples.kv.resp;

import io.jangada.examples.kv.KvCommand;
import io.jangada.raft.api.ReadMode;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What a request, once checked, asks to be done. */
sealed interface Plan {
    /** Answer this; nothing needs to be done. */
    record Now(Reply reply) implements Plan {}

    /** Answer this, then close the connection. */
    record Last(Reply reply) implements Plan {}

    /** Replicate this command and answer its result. */
    record Write(KvCommand command) implements Plan {}

    /** Answer from the map, as fresh as {@code mode} says. */
    record Read(ReadMode mode, Query query) implements Plan {}

    /**
     * Something else that takes its time: starts when all before it is done, and all after it
     * waits. Is told how long it may take, positive.
     */
    record Alone(Function<Duration, CompletableFuture<Reply>> start) implements Plan {}

    /** Reads a map that never changes; runs on the connection's own thread. */
    @FunctionalInterface
    interface Query {
        Reply answer(NavigableMap<byte[], byte[]> map);
    }
}
