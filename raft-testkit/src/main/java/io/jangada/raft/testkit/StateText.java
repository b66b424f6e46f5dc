package io.jangada.raft.testkit;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a state machine as text, a line for each value: {@code Bank.accounts[alice] = 7}.
 * Two machines in one state have the same text, whatever objects they are made of: maps and sets
 * are taken without their order, objects by their fields, and nothing by its identity.
 *
 * <p>Left out are static and {@code transient} fields, and what has no text of its own: locks,
 * threads, functions, and objects of the Java platform that say nothing about themselves.
 */
final class StateText {
    private static final int LINES_MAX = 20_000;
    private static final int DEPTH_MAX = 24;

    private final List<String> lines = new ArrayList<>();
    private final Set<Object> path = Collections.newSetFromMap(new IdentityHashMap<>());

    private StateText() {}

    /** The lines of a machine. */
    static String of(Object machine) {
        return of(machine.getClass().getSimpleName(), machine);
    }

    /** The lines of any value, which goes by a name. */
    static String of(String name, @Nullable Object value) {
        StateText text = new StateText();
        text.add(name, value);
        return String.join("\n", text.lines);
    }

    private void add(String name, @Nullable Object value) {
        if (lines.size() >= LINES_MAX || path.size() >= DEPTH_MAX || isSilent(value)) {
            return;
        }
        if (value == null || isPlain(value)) {
            lines.add(name + " = " + plain(value));
        } else if (path.add(value)) {
            addParts(name, value);
            path.remove(value);
        }
    }

    private void addParts(String name, Object value) {
        if (value instanceof Map<?, ?> map) {
            addMap(name, map);
        } else if (value instanceof List || value instanceof Deque) {
            int i = 0;
            for (Object element : (Collection<?>) value) {
                add(name + "[" + i++ + "]", element);
            }
            lines.add(name + ".size = " + i);
        } else if (value instanceof Collection<?> collection) {
            addUnordered(name, collection);
        } else if (value instanceof byte[] bytes) {
            lines.add(name + " = " + Arrays.toString(bytes));
        } else if (value.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(value); i++) {
                add(name + "[" + i + "]", Array.get(value, i));
            }
            lines.add(name + ".length = " + Array.getLength(value));
        } else if (value instanceof Optional<?> optional) {
            add(name, optional.orElse(null));
        } else if (isOfThePlatform(value.getClass())) {
            addPlatformObject(name, value);
        } else {
            addFields(name, value);
        }
    }

    /** By the text of the keys, since keys may have no order. */
    private void addMap(String name, Map<?, ?> map) {
        List<String> sorted = new ArrayList<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            StateText text = inside();
            text.add(name + "[" + oneLine(entry.getKey()) + "]", entry.getValue());
            sorted.add(String.join("\n", text.lines));
        }
        addSorted(name, sorted);
    }

    private void addUnordered(String name, Collection<?> collection) {
        List<String> sorted = new ArrayList<>();
        for (Object element : collection) {
            sorted.add(name + "[] = " + oneLine(element));
        }
        addSorted(name, sorted);
    }

    private void addSorted(String name, List<String> sorted) {
        Collections.sort(sorted);
        sorted.stream().filter(text -> !text.isEmpty()).forEach(lines::add);
        lines.add(name + ".size = " + sorted.size());
    }

    private String oneLine(@Nullable Object value) {
        if (value == null || isPlain(value)) {
            return plain(value);
        }
        StateText text = inside();
        text.add("", value);
        return String.join(",", text.lines);
    }

    private StateText inside() {
        StateText text = new StateText();
        text.path.addAll(path);
        return text;
    }

    private void addFields(String name, Object value) {
        for (Class<?> type = value.getClass();
                type != null && !isOfThePlatform(type);
                type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                int modifiers = field.getModifiers();
                if (!Modifier.isStatic(modifiers)
                        && !Modifier.isTransient(modifiers)
                        && !field.isSynthetic()) {
                    addField(name, value, field);
                }
            }
        }
    }

    private void addField(String name, Object owner, Field field) {
        try {
            field.setAccessible(true);
            add(name.isEmpty() ? field.getName() : name + "." + field.getName(), field.get(owner));
        } catch (InaccessibleObjectException | IllegalAccessException e) {
            // A module that is not open to us: we know nothing of its objects.
        }
    }

    private void addPlatformObject(String name, Object value) {
        String text = value.toString();
        if (!text.contains("@")) {
            lines.add(name + " = " + text);
        }
    }

    /** Strings in quotes, so that an empty one can be seen. */
    private static String plain(@Nullable Object value) {
        return value instanceof CharSequence ? "\"" + value + "\"" : String.valueOf(value);
    }

    private static boolean isPlain(Object value) {
        return value instanceof CharSequence
                || value instanceof Number && isOfThePlatform(value.getClass())
                || value instanceof Character
                || value instanceof Boolean
                || value instanceof Enum
                || value instanceof Class;
    }

    /** What is a means of the machine rather than a part of its state. */
    private static boolean isSilent(@Nullable Object value) {
        return value instanceof Thread
                || value instanceof ClassLoader
                || value instanceof Random
                || value != null && (value.getClass().isHidden() || value.getClass().isSynthetic());
    }

    private static boolean isOfThePlatform(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }
}
