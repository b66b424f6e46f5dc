package io.jangada.raft.impl.codec;

import io.protostuff.ByteBufferInput;
import io.protostuff.ProtobufOutput;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The shapes of everything that has no parts. */
final class Scalars {
    private static final Map<Class<?>, Shape> SHAPES = new HashMap<>();

    static {
        integer(byte.class, Byte.class, Byte.MIN_VALUE, Byte.MAX_VALUE, n -> (byte) n);
        integer(short.class, Short.class, Short.MIN_VALUE, Short.MAX_VALUE, n -> (short) n);
        integer(int.class, Integer.class, Integer.MIN_VALUE, Integer.MAX_VALUE, n -> (int) n);
        integer(long.class, Long.class, Long.MIN_VALUE, Long.MAX_VALUE, n -> n);
        varint(char.class, Character.class, 0, Character.MAX_VALUE, c -> c, n -> (char) n);
        varint(boolean.class, Boolean.class, 0, 1, b -> b ? 1 : 0, n -> n == 1);
        SHAPES.put(float.class, new FloatShape(0f));
        SHAPES.put(Float.class, new FloatShape(null));
        SHAPES.put(double.class, new DoubleShape(0d));
        SHAPES.put(Double.class, new DoubleShape(null));
        SHAPES.put(String.class, new StringShape());
        SHAPES.put(byte[].class, new BytesShape());
    }

    private Scalars() {}

    /** The shape of a class; null if it is none of these. */
    static @Nullable Shape of(Class<?> type) {
        return type.isEnum() ? new EnumShape(type) : SHAPES.get(type);
    }

    private static <T extends Number> void integer(
            Class<T> primitive, Class<T> boxed, long min, long max, LongFunction<T> fromLong) {
        varint(primitive, boxed, min, max, Number::longValue, fromLong);
    }

    private static <T> void varint(
            Class<T> primitive,
            Class<T> boxed,
            long min,
            long max,
            ToLongFunction<T> toLong,
            LongFunction<T> fromLong) {
        T zero = fromLong.apply(0);
        SHAPES.put(primitive, new VarintShape<>(boxed, min, max, toLong, fromLong, zero));
        SHAPES.put(boxed, new VarintShape<>(boxed, min, max, toLong, fromLong, null));
    }

    /** Whole numbers, as int32 and int64 of protobuf; also characters and truth values. */
    private static final class VarintShape<T> extends Shape {
        private final Class<T> boxed;
        private final long min;
        private final long max;
        private final ToLongFunction<T> toLong;
        private final LongFunction<T> fromLong;
        private final @Nullable T zero;

        VarintShape(
                Class<T> boxed,
                long min,
                long max,
                ToLongFunction<T> toLong,
                LongFunction<T> fromLong,
                @Nullable T zero) {
            super(WireType.VARINT);
            this.boxed = boxed;
            this.min = min;
            this.max = max;
            this.toLong = toLong;
            this.fromLong = fromLong;
            this.zero = zero;
        }

        @Override
        @Nullable Object zero() {
            return zero;
        }

        @Override
        void write(ProtobufOutput out, int number, Object value, int depth) throws IOException {
            out.writeInt64(number, toLong.applyAsLong(boxed.cast(value)), false);
        }

        @Override
        Object read(ByteBufferInput in, int depth) throws IOException {
            long value = in.readInt64();
            if (value < min || value > max) {
                throw new IllegalArgumentException(
                        value + " is not a " + boxed.getSimpleName() + " value");
            }
            return fromLong.apply(value);
        }
    }

    /** All NaNs are one, so that equal values have equal bytes. */
    private static final class FloatShape extends Shape {
        private final @Nullable Float zero;

        FloatShape(@Nullable Float zero) {
            super(WireType.FIXED32);
            this.zero = zero;
        }

        @Override
        @Nullable Object zero() {
            return zero;
        }

        @Override
        void write(ProtobufOutput out, int number, Object value, int depth) throws IOException {
            out.writeFixed32(number, Float.floatToIntBits((Float) value), false);
        }

        @Override
        Object read(ByteBufferInput in, int depth) throws IOException {
            return Float.intBitsToFloat(in.readFixed32());
        }
    }

    /** As {@link FloatShape}. */
    private static final class DoubleShape extends Shape {
        private final @Nullable Double zero;

        DoubleShape(@Nullable Double zero) {
            super(WireType.FIXED64);
            this.zero = zero;
        }

        @Override
        @Nullable Object zero() {
            return zero;
        }

        @Override
        void write(ProtobufOutput out, int number, Object value, int depth) throws IOException {
            out.writeFixed64(number, Double.doubleToLongBits((Double) value), false);
        }

        @Override
        Object read(ByteBufferInput in, int depth) throws IOException {
            return Double.longBitsToDouble(in.readFixed64());
        }
    }

    private static final class StringShape extends Shape {
        StringShape() {
            super(WireType.LENGTH_DELIMITED);
        }

        @Override
        void write(ProtobufOutput out, int number, Object value, int depth) throws IOException {
            out.writeByteArray(number, Utf8.encode((String) value), false);
        }

        @Override
        Object read(ByteBufferInput in, int depth) throws IOException {
            return Utf8.decode(in.readByteArray());
        }
    }

    private static final class BytesShape extends Shape {
        BytesShape() {
            super(WireType.LENGTH_DELIMITED);
        }

        @Override
        void write(ProtobufOutput out, int number, Object value, int depth) throws IOException {
            out.writeByteArray(number, (byte[]) value, false);
        }

        @Override
        Object read(ByteBufferInput in, int depth) throws IOException {
            return in.readByteArray();
        }
    }

    /** Constants by the order of their declaration, as record components are. */
    private static final class EnumShape extends Shape {
        private final Class<?> type;
        private final Object[] constants;

        EnumShape(Class<?> type) {
            super(WireType.VARINT);
            this.type = type;
            this.constants = type.getEnumConstants();
        }

        @Override
        @SuppressWarnings("EnumOrdinal") // The order of declaration is the rule, see RecordCodecs.
        void write(ProtobufOutput out, int number, Object value, int depth) throws IOException {
            out.writeInt64(number, ((Enum<?>) value).ordinal(), false);
        }

        @Override
        Object read(ByteBufferInput in, int depth) throws IOException {
            long ordinal = in.readInt64();
            if (ordinal < 0 || ordinal >= constants.length) {
                throw new IllegalArgumentException(
                        type.getName() + " has no constant number " + ordinal);
            }
            return constants[(int) ordinal];
        }
    }
}
