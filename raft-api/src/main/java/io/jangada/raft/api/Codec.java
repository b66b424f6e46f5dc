package io.jangada.raft.api;

import io.jangada.raft.spi.CodecProvider;
import java.nio.ByteBuffer;
import java.util.ServiceLoader;

/**
 * Turns commands, or results, into bytes and back. Called from many threads at once, so an
 * implementation keeps no state.
 *
 * <p>What {@code encode} wrote stays in the log for as long as the log lives: a codec must be able
 * to read what its earlier versions wrote.
 *
 * @param <T> the type of value
 */
public interface Codec<T> {
    /**
     * Encodes a value. The same value gives the same bytes on every node.
     *
     * @param value the value
     * @return its bytes; belong to the caller from now on
     * @throws IllegalArgumentException if this value cannot be encoded
     */
    byte[] encode(T value);

    /**
     * Decodes a value.
     *
     * @param bytes exactly the bytes that {@code encode} returned, from position to limit;
     *     read-only. Nobody changes them, so that a value may refer to them; it then keeps its
     *     whole log entry in memory for as long
     * @return the value
     * @throws IllegalArgumentException if these are not the bytes of a value
     */
    T decode(ByteBuffer bytes);

    /**
     * A codec for records, strings, {@code byte[]}, {@code Void}, enums, boxed primitives and, as
     * record components, lists and optionals of these. The components of a record are numbered in
     * the order of their declaration: appending one keeps older bytes readable (it decodes as null,
     * zero or empty). So are the constants of an enum: only append.
     *
     * @param type the class of value
     * @param <T> the type of value
     * @return a codec
     * @throws IllegalArgumentException if the type is not one of these, naming the part that is not
     * @throws IllegalStateException if {@code raft-impl} is missing on the class path
     */
    static <T> Codec<T> of(Class<T> type) {
        return ServiceLoader.load(CodecProvider.class)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "no codec provider found: add io.jangada:raft-impl to the"
                                                + " class path"))
                .codecOf(type);
    }
}
