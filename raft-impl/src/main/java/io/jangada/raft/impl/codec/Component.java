package io.jangada.raft.impl.codec;

import io.protostuff.ByteBufferInput;
import io.protostuff.ProtobufOutput;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One component of a record: a field with a number, a shape, and how often it may occur.
 *
 * @param name for messages
 * @param number from 1, in the order of declaration
 * @param shape of the component, or of the elements if there can be several
 * @param count how often it may occur
 * @param accessor of type {@code (Object) Object}
 */
record Component(String name, int number, Shape shape, Count count, MethodHandle accessor) {
    enum Count {
        /** Once, or not at all if it is null, or a zero primitive. */
        ONE,
        OPTIONAL,
        LIST
    }

    @Nullable Object valueOf(Object record) {
        try {
            return accessor.invokeExact(record);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalArgumentException("cannot read component '" + name + "'", e);
        }
    }

    void write(ProtobufOutput out, @Nullable Object value, int depth) throws IOException {
        switch (count) {
            case ONE -> {
                if (value != null && !value.equals(shape.zero())) {
                    shape.write(out, number, value, depth);
                }
            }
            case OPTIONAL -> {
                Optional<?> optional = (Optional<?>) required(value, "use Optional.empty()");
                if (optional.isPresent()) {
                    shape.write(out, number, optional.get(), depth);
                }
            }
            case LIST -> {
                for (Object element : (List<?>) required(value, "use an empty list")) {
                    shape.write(out, number, required(element, "lists hold no nulls"), depth);
                }
            }
        }
    }

    /**
     * Reads one occurrence.
     *
     * @param sofar what earlier occurrences gave, null at the first
     * @return what they give together
     */
    Object read(ByteBufferInput in, @Nullable Object sofar, int depth) throws IOException {
        WireType.check(in, shape.wireType(), "component '" + name + "'");
        if (count == Count.LIST) {
            @SuppressWarnings("unchecked") // This method alone makes them.
            List<Object> list = sofar == null ? new ArrayList<>() : (List<Object>) sofar;
            list.add(shape.read(in, depth));
            return list;
        }
        if (sofar != null) {
            throw new IllegalArgumentException("component '" + name + "' comes twice");
        }
        return shape.read(in, depth);
    }

    /** What the record's constructor gets for what {@link #read} gave. */
    @Nullable Object completed(@Nullable Object read) {
        return switch (count) {
            case ONE -> read == null ? shape.zero() : read;
            case OPTIONAL -> Optional.ofNullable(read);
            case LIST -> read == null ? List.of() : Collections.unmodifiableList((List<?>) read);
        };
    }

    private Object required(@Nullable Object value, String instead) {
        if (value == null) {
            throw new IllegalArgumentException(
                    "component '" + name + "' is or holds null; " + instead);
        }
        return value;
    }
}
