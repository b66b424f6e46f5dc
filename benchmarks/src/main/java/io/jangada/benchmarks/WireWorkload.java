package io.jangada.benchmarks;

import java.util.Arrays;
import java.util.List;

/**
 * What servers are asked over the wire, by 64 clients of which none sends before it has its reply.
 */
enum WireWorkload {
    SET("set-64", "SET, or put, of 256 B, 64 clients", false, false),
    GET("get-64", "GET, or linearizable range, of 256 B, 64 clients", true, false),
    REDIS_BENCHMARK_SET("redis-benchmark-set", "redis-benchmark -t set -c 64 -d 256", false, true),
    REDIS_BENCHMARK_GET("redis-benchmark-get", "redis-benchmark -t get -c 64 -d 256", true, true);

    /** How many clients there are. */
    static final int CLIENTS = 64;

    private final String key;
    private final String description;
    private final boolean reads;
    private final boolean byRedisBenchmark;

    WireWorkload(String key, String description, boolean reads, boolean byRedisBenchmark) {
        this.key = key;
        this.description = description;
        this.reads = reads;
        this.byRedisBenchmark = byRedisBenchmark;
    }

    static List<String> keys() {
        return Arrays.stream(values()).map(WireWorkload::key).toList();
    }

    static WireWorkload of(String key) {
        return Arrays.stream(values()).filter(one -> one.key.equals(key)).findFirst().orElseThrow();
    }

    /** Its name. */
    String key() {
        return key;
    }

    /** For the table. */
    String description() {
        return description;
    }

    boolean reads() {
        return reads;
    }

    /** Whether Redis's own generator makes the load, which speaks RESP only. */
    boolean byRedisBenchmark() {
        return byRedisBenchmark;
    }

    /** The same load where all contenders can be asked. */
    WireWorkload comparable() {
        return reads ? GET : SET;
    }
}
