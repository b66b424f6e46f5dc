package io.jangada.raft.impl.codec;

import io.jangada.raft.impl.codec.Component.Count;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the shapes of one type and of the records in it. Used by one thread, for one type. */
final class ShapeFinder {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final String SUPPORTED =
            "records, String, byte[], enums, primitives and their boxes, and List or Optional of"
                    + " these as record components";

    /** The records found so far, complete or not. */
    private final Map<Class<?>, RecordShape> records = new HashMap<>();

    /**
     * The shape of a type.
     *
     * @param what names the type in the message, for example a record's component
     * @throws IllegalArgumentException if it has none
     */
    Shape find(Type type, String what) {
        Shape scalar = type instanceof Class<?> plain ? Scalars.of(plain) : null;
        if (scalar != null) {
            return scalar;
        }
        if (type instanceof Class<?> plain && plain.isRecord()) {
            RecordShape known = records.get(plain);
            return known == null ? newRecord(plain) : known;
        }
        throw new IllegalArgumentException(
                what
                        + " has type "
                        + type.getTypeName()
                        + ", which is not supported; use "
                        + SUPPORTED);
    }

    private RecordShape newRecord(Class<?> type) {
        RecordComponent[] parts = type.getRecordComponents();
        RecordShape shape = new RecordShape(type, constructor(type, parts));
        records.put(type, shape);
        Component[] components = new Component[parts.length];
        for (int i = 0; i < parts.length; i++) {
            components[i] = component(parts[i], i + 1);
        }
        shape.setComponents(components);
        return shape;
    }

    private Component component(RecordComponent part, int number) {
        Type type = part.getGenericType();
        Count count = Count.ONE;
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            count = Count.LIST;
            type = generic.getActualTypeArguments()[0];
        } else if (type instanceof ParameterizedType generic
                && generic.getRawType() == Optional.class) {
            count = Count.OPTIONAL;
            type = generic.getActualTypeArguments()[0];
        }
        Class<?> record = part.getDeclaringRecord();
        String what = "component '" + part.getName() + "' of record " + record.getName();
        Shape shape = find(type, what);
        return new Component(part.getName(), number, shape, count, accessor(part));
    }

    private static MethodHandle accessor(RecordComponent part) {
        Method accessor = part.getAccessor();
        open(accessor, part.getDeclaringRecord());
        try {
            return LOOKUP.unreflect(accessor)
                    .asType(MethodType.methodType(Object.class, Object.class));
        } catch (IllegalAccessException e) {
            throw new LinkageError("opened just now: " + accessor, e);
        }
    }

    private static MethodHandle constructor(Class<?> record, RecordComponent[] parts) {
        Class<?>[] types =
                Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = record.getDeclaredConstructor(types);
            open(constructor, record);
            return LOOKUP.unreflectConstructor(constructor)
                    .asSpreader(Object[].class, types.length)
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("every record has its canonical constructor: " + record, e);
        }
    }

    private static void open(AccessibleObject member, Class<?> record) {
        try {
            member.setAccessible(true);
        } catch (InaccessibleObjectException e) {
            throw new IllegalArgumentException(
                    "record "
                            + record.getName()
                            + " cannot be read: its module must open package "
                            + record.getPackageName()
                            + " to io.jangada.raft.impl",
                    e);
        }
    }
}
