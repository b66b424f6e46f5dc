package io.jangada.raft.impl.codec;

import io.protostuff.ByteBufferInput;
import io.protostuff.Input;
import io.protostuff.Output;
import io.protostuff.ProtobufOutput;
import io.protostuff.Schema;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * A record: a message of protobuf, and inside another record a length-delimited field, so that who
 * does not know the field can skip it.
 */
final class RecordShape extends Shape implements Schema<RecordShape.Draft> {
    /** A record may hold records of its own type; here that ends, before the stack does. */
    static final int DEPTH_MAX = 64;

    /** The components of a record, on their way into it or out of it. */
    static final class Draft {
        private final @Nullable Object[] values;
        private final int depth;

        Draft(int components, int depth) {
            this.values = new Object[components];
            this.depth = depth;
        }
    }

    private final Class<?> type;
    private final MethodHandle constructor;

    /** Assigned once, before anyone else sees the shape: a record may contain its own type. */
    private Component[] components = {};

    /**
     * A record that gets its components later.
     *
     * @param constructor of type {@code (Object[]) Object}
     */
    RecordShape(Class<?> type, MethodHandle constructor) {
        super(WireType.LENGTH_DELIMITED);
        this.type = type;
        this.constructor = constructor;
    }

    void setComponents(Component[] all) {
        components = all;
    }

    /** Writes a record that is not part of another. */
    void writeTopLevel(ProtobufOutput out, Object value) throws IOException {
        writeTo(out, takeApart(value, 0));
    }

    /** Reads a record that is not part of another. */
    Object readTopLevel(ByteBufferInput in) throws IOException {
        Draft draft = new Draft(components.length, 0);
        mergeFrom(in, draft);
        return putTogether(draft);
    }

    @Override
    void write(ProtobufOutput out, int number, Object value, int depth) throws IOException {
        checkDepth(depth);
        out.writeObject(number, takeApart(value, depth + 1), this, false);
    }

    @Override
    Object read(ByteBufferInput in, int depth) throws IOException {
        checkDepth(depth);
        return putTogether(in.mergeObject(new Draft(components.length, depth + 1), this));
    }

    @Override
    public void writeTo(Output output, Draft draft) throws IOException {
        ProtobufOutput out = (ProtobufOutput) output;
        for (int i = 0; i < components.length; i++) {
            components[i].write(out, draft.values[i], draft.depth);
        }
    }

    @Override
    public void mergeFrom(Input input, Draft draft) throws IOException {
        ByteBufferInput in = (ByteBufferInput) input;
        for (int number = in.readFieldNumber(this);
                number != 0;
                number = in.readFieldNumber(this)) {
            if (number > components.length) {
                WireType.skipUnknown(in);
            } else {
                int i = number - 1;
                draft.values[i] = components[i].read(in, draft.values[i], draft.depth);
            }
        }
    }

    private Draft takeApart(Object value, int depth) {
        Draft draft = new Draft(components.length, depth);
        for (int i = 0; i < components.length; i++) {
            draft.values[i] = components[i].valueOf(value);
        }
        return draft;
    }

    private Object putTogether(Draft draft) {
        @Nullable Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            arguments[i] = components[i].completed(draft.values[i]);
        }
        try {
            return constructor.invokeExact(arguments);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalArgumentException(
                    "the constructor of " + type.getName() + " refused the values: " + e, e);
        }
    }

    private void checkDepth(int depth) {
        if (depth == DEPTH_MAX) {
            throw new IllegalArgumentException(
                    type.getName() + " is nested more than " + DEPTH_MAX + " deep");
        }
    }

    // What protostuff asks of a schema, for its error messages and for formats that have names.

    @Override
    public String getFieldName(int number) {
        return components[number - 1].name();
    }

    @Override
    public int getFieldNumber(String name) {
        for (Component component : components) {
            if (component.name().equals(name)) {
                return component.number();
            }
        }
        return 0;
    }

    @Override
    public boolean isInitialized(Draft draft) {
        return true;
    }

    @Override
    public Draft newMessage() {
        return new Draft(components.length, 0);
    }

    @Override
    public String messageName() {
        return type.getSimpleName();
    }

    @Override
    public String messageFullName() {
        return type.getName();
    }

    @Override
    public Class<? super Draft> typeClass() {
        return Draft.class;
    }
}
