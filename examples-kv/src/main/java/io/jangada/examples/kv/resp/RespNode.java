package io.jangada.examples.kv.resp;

import io.jangada.examples.kv.KvCommand;
import io.jangada.examples.kv.KvResult;
import io.jangada.examples.kv.KvStateMachine;
import io.jangada.raft.api.RaftGroup;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What all connections of a server share. Thread-safe.
 *
 * @param group the replicated map
 * @param config the settings
 * @param port where clients connect
 * @param budget bounds the memory that requests take
 * @param clients the connected clients by id
 * @param stats what happened since the start
 * @param underWay what goes on after its request was answered
 * @param backups the copies being handed out
 */
record RespNode(
        RaftGroup<KvStateMachine, KvCommand, KvResult> group,
        RespConfig config,
        int port,
        MemoryBudget budget,
        Map<Long, Client> clients,
        Stats stats,
        UnderWay underWay,
        Backups backups) {
    /** An eighth of the heap for requests under way, and never less than two of the largest. */
    static RespNode create(
            RaftGroup<KvStateMachine, KvCommand, KvResult> group,
            RespConfig config,
            int port,
            @Nullable Path backups) {
        long bytesMax =
                Math.max(Runtime.getRuntime().maxMemory() / 8, 2L * config.requestBytesMax());
        return new RespNode(
                group,
                config,
                port,
                new MemoryBudget(bytesMax),
                new ConcurrentHashMap<>(),
                new Stats(),
                new UnderWay(),
                new Backups(backups, group.admin()));
    }

    /** Counts since the start. */
    static final class Stats {
        final long startedNanos = System.nanoTime();
        final AtomicLong connections = new AtomicLong();
        final LongAdder rejectedConnections = new LongAdder();
        final LongAdder commands = new LongAdder();
        final LongAdder errors = new LongAdder();
    }
}
