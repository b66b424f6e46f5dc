package io.jangada.raft.impl.codec;

import io.protostuff.ByteBufferInput;
import io.protostuff.ProtobufOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** How the values of one type are written as a field, and read back. */
abstract class Shape {
    private final int wireType;

    Shape(int wireType) {
        this.wireType = wireType;
    }

    final int wireType() {
        return wireType;
    }

    /** What a primitive is when its field is missing; null for types that can be null. */
    @Nullable Object zero() {
        return null;
    }

    /** Writes the field with its tag. */
    abstract void write(ProtobufOutput out, int number, Object value, int depth) throws IOException;

    /** Reads what follows the tag. */
    abstract Object read(ByteBufferInput in, int depth) throws IOException;
}
