package io.jangada.raft.impl.codec;

import io.jangada.raft.api.Codec;
import io.jangada.raft.spi.CodecProvider;

/**
 * The codecs of {@link Codec#of}.
 *
 * <p>A record is a protobuf message. Its components are fields, numbered from 1 in the order of
 * their declaration: whole numbers are int32 or int64, characters and enum constants their number,
 * {@code float} and {@code double} fixed, strings and {@code byte[]} length-delimited, inner
 * records embedded messages, lists repeated fields that are not packed. Zero primitives, null and
 * empty are not written. A number or constant on its own is the only field of a message; a string
 * or {@code byte[]} on its own is its bare bytes; {@code Void} is nothing.
 *
 * <p>Strict on input: a field of the wrong type, a single one that comes twice, a number out of
 * range, bytes that are not UTF-8, nesting without end are refused, each with a message that names
 * the place.
 */
public final class RecordCodecs implements CodecProvider {
    private static final ClassValue<Codec<?>> CODECS =
            new ClassValue<>() {
                @Override
                protected Codec<?> computeValue(Class<?> type) {
                    return newCodec(type);
                }
            };

    /** The provider; has no state. */
    public RecordCodecs() {}

    @Override
    @SuppressWarnings("unchecked") // The codec of a class takes and gives values of that class.
    public <T> Codec<T> codecOf(Class<T> type) {
        return (Codec<T>) CODECS.get(type);
    }

    private static Codec<?> newCodec(Class<?> type) {
        if (type == Void.class) {
            return new ValueCodec.OfVoid();
        }
        if (type == byte[].class) {
            return new ValueCodec.OfBytes();
        }
        if (type == String.class) {
            return new ValueCodec.OfString();
        }
        Shape shape = new ShapeFinder().find(type, "Codec.of(" + type.getSimpleName() + ".class)");
        return shape instanceof RecordShape record
                ? new ValueCodec.OfRecord(type, record)
                : new ValueCodec.OfScalar(type, shape);
    }
}
