package io.jangada.examples.kv.resp;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the front end.
 *
 * @param requestTimeout how long a request may take from its last byte to its reply; positive
 * @param valueBytesMax the largest value in bytes, from 1 to {@link #VALUE_BYTES_LIMIT}
 * @param clientsMax how many clients may be connected; further ones are refused
 * @param reads how fresh reads are until a client asks otherwise
 * @param password what clients must {@code AUTH} with, or null for none
 * @param shown what {@code CONFIG GET} shows besides: settings of the node by name
 */
public record RespConfig(
        Duration requestTimeout,
        int valueBytesMax,
        int clientsMax,
        ReadConsistency reads,
        @Nullable String password,
        Map<String, String> shown) {
    /** The largest key in bytes. */
    public static final int KEY_BYTES_MAX = 64 << 10;

    /** What {@link #valueBytesMax} may be at most. */
    public static final int VALUE_BYTES_LIMIT = 12 << 20;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a setting is out of range
     */
    public RespConfig {
        if (requestTimeout.isNegative() || requestTimeout.isZero()) {
            throw new IllegalArgumentException(
                    "requestTimeout " + requestTimeout + " is not positive");
        }
        if (valueBytesMax < 1 || valueBytesMax > VALUE_BYTES_LIMIT) {
            throw new IllegalArgumentException(
                    "valueBytesMax " + valueBytesMax + " is not from 1 to " + VALUE_BYTES_LIMIT);
        }
        if (clientsMax < 1) {
            throw new IllegalArgumentException("clientsMax " + clientsMax + " is less than 1");
        }
        shown = Map.copyOf(shown);
    }

    /**
     * All defaults: 5 s, 8 MiB, 10,000 clients, {@link ReadConsistency#INDEX}, no password.
     *
     * @return the settings
     */
    public static RespConfig defaults() {
        return new RespConfig(
                Duration.ofSeconds(5), 8 << 20, 10_000, ReadConsistency.INDEX, null, Map.of());
    }

    /**
     * The largest request in bytes, keys and values together: one value of the largest size, its
     * key, and room for the rest.
     *
     * @return more than {@link #valueBytesMax}
     */
    public int requestBytesMax() {
        return valueBytesMax + (1 << 20);
    }
}
