package io.jangada.raft.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.raft.api.Codec;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Encodes results of whatever types they turn out to have, each with the codec that {@link
 * Codec#of} makes for it, behind the name of its class. Good for a simulation, where all nodes have
 * the same classes, and for nothing else.
 */
final class AnyResultCodec<R> implements Codec<R> {
    private final Map<String, Class<?>> types = new ConcurrentHashMap<>();
    private final Map<Class<?>, Codec<?>> codecs = new ConcurrentHashMap<>();

    @Override
    public byte[] encode(@Nullable R value) {
        if (value == null) {
            return new byte[0];
        }
        Class<?> type =
                value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();
        types.put(type.getName(), type);
        byte[] name = type.getName().getBytes(UTF_8);
        @SuppressWarnings("unchecked") // Made for this class.
        byte[] bytes = ((Codec<R>) codec(type)).encode(value);
        return ByteBuffer.allocate(Short.BYTES + name.length + bytes.length)
                .putShort((short) name.length)
                .put(name)
                .put(bytes)
                .array();
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // What was null comes back as null.
    public R decode(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            return null;
        }
        byte[] name = new byte[bytes.getShort()];
        bytes.get(name);
        Class<?> type = types.get(new String(name, UTF_8));
        if (type == null) {
            throw new IllegalArgumentException("no result of class " + new String(name, UTF_8));
        }
        return (R) codec(type).decode(bytes.slice());
    }

    private Codec<?> codec(Class<?> type) {
        return codecs.computeIfAbsent(
                type,
                key -> {
                    try {
                        return Codec.of(key);
                    } catch (IllegalArgumentException e) {
                        throw new IllegalArgumentException(
                                "results need a codec: give one to RaftSim.of as its third argument."
                                        + " "
                                        + e.getMessage(),
                                e);
                    }
                });
    }
}
