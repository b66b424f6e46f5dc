package io.jangada.raft.impl.codec;

import io.jangada.raft.api.Codec;
import io.protostuff.ByteBufferInput;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A codec whose only exception is the one that {@link Codec} promises. */
abstract class ValueCodec implements Codec<Object> {
    private final Class<?> type;

    ValueCodec(Class<?> type) {
        this.type = type;
    }

    /** Encodes; may throw whatever comes. */
    abstract byte[] toBytes(Object value) throws IOException;

    /** Decodes; may throw whatever comes. */
    abstract Object fromBytes(ByteBuffer bytes) throws IOException;

    @Override
    public final byte[] encode(@Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException("null is not a " + type.getTypeName());
        }
        try {
            return toBytes(value);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "cannot encode a " + type.getTypeName() + ": " + reason(e), e);
        }
    }

    @Override
    public final Object decode(ByteBuffer bytes) {
        try {
            return fromBytes(bytes);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "not the bytes of a " + type.getTypeName() + ": " + reason(e), e);
        }
    }

    private static String reason(Exception e) {
        return e instanceof BufferUnderflowException ? "it ends too early" : e.toString();
    }

    private static byte[] remaining(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    /** Bare bytes; copied, since both sides may change their array afterwards. */
    static final class OfBytes extends ValueCodec {
        OfBytes() {
            super(byte[].class);
        }

        @Override
        byte[] toBytes(Object value) {
            return ((byte[]) value).clone();
        }

        @Override
        Object fromBytes(ByteBuffer bytes) {
            return remaining(bytes);
        }
    }

    /** Bare UTF-8. */
    static final class OfString extends ValueCodec {
        OfString() {
            super(String.class);
        }

        @Override
        byte[] toBytes(Object value) {
            return Utf8.encode((String) value);
        }

        @Override
        Object fromBytes(ByteBuffer bytes) {
            return Utf8.decode(remaining(bytes));
        }
    }

    /** A message of one field. */
    static final class OfScalar extends ValueCodec {
        private static final int NUMBER = 1;

        private final Shape shape;

        OfScalar(Class<?> type, Shape shape) {
            super(type);
            this.shape = shape;
        }

        @Override
        byte[] toBytes(Object value) throws IOException {
            return Outputs.bytesOf(out -> shape.write(out, NUMBER, value, 0));
        }

        @Override
        Object fromBytes(ByteBuffer bytes) throws IOException {
            ByteBufferInput in = new ByteBufferInput(bytes, false);
            Object value = null;
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (tag >>> 3 != NUMBER) {
                    WireType.skipUnknown(in);
                } else if (value == null) {
                    WireType.check(in, shape.wireType(), "the value");
                    value = shape.read(in, 0);
                } else {
                    throw new IllegalArgumentException("the value comes twice");
                }
            }
            if (value == null) {
                throw new IllegalArgumentException("the value is missing");
            }
            return value;
        }
    }

    /** A message with a field for each component. */
    static final class OfRecord extends ValueCodec {
        private final RecordShape shape;

        OfRecord(Class<?> type, RecordShape shape) {
            super(type);
            this.shape = shape;
        }

        @Override
        byte[] toBytes(Object value) throws IOException {
            return Outputs.bytesOf(out -> shape.writeTopLevel(out, value));
        }

        @Override
        Object fromBytes(ByteBuffer bytes) throws IOException {
            return shape.readTopLevel(new ByteBufferInput(bytes, false));
        }
    }

    /** Nothing at all. */
    static final class OfVoid implements Codec<Void> {
        @Override
        public byte[] encode(@Nullable Void value) {
            return new byte[0];
        }

        @Override
        @SuppressWarnings("NullAway") // Null is the one value of Void.
        public Void decode(ByteBuffer bytes) {
            if (bytes.hasRemaining()) {
                throw new IllegalArgumentException(
                        "not the bytes of a Void: there are " + bytes.remaining());
            }
            return null;
        }
    }
}
