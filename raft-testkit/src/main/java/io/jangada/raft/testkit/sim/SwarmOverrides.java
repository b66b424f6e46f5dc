package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.RaftConfig;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Options of a swarm run that differ from what its seed drew, in a form that fits on a command
 * line: {@code nodes=3 faults=CRASH,PAUSE workload.clients=1 config.snapshotEntries=50}. Names are
 * those of {@link SwarmOptions}, of its {@link WorkloadOptions} and of {@link RaftConfig}; options
 * that are added there can be named here without further ado.
 */
final class SwarmOverrides {
    private static final String WORKLOAD = "workload.";
    private static final String CONFIG = "config.";
    private static final SwarmOverrides NONE = new SwarmOverrides(Map.of());

    private final Map<String, String> values;

    private SwarmOverrides(Map<String, String> values) {
        this.values = values;
    }

    /** Leaves all as it is. */
    static SwarmOverrides none() {
        return NONE;
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if it is not a list of names and values
     */
    static SwarmOverrides parse(String text) {
        SwarmOverrides parsed = NONE;
        for (String word : text.trim().split("\\s+")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                parsed = parsed.with(word.substring(0, equals), word.substring(equals + 1));
            } else if (!word.isEmpty()) {
                throw new IllegalArgumentException("option '" + word + "' is not NAME=VALUE");
            }
        }
        return parsed;
    }

    SwarmOverrides with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(name, value);
        return new SwarmOverrides(more);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /**
     * The options with these changes.
     *
     * @throws IllegalArgumentException if there is no such option, or it cannot have such a value
     */
    SwarmOptions apply(SwarmOptions drawn) {
        SwarmOptions options = drawn;
        RaftConfig.Builder config = drawn.config().toBuilder();
        for (Map.Entry<String, String> each : values.entrySet()) {
            String name = each.getKey();
            if (name.startsWith(CONFIG)) {
                set(config, name.substring(CONFIG.length()), each.getValue());
            } else if (name.startsWith(WORKLOAD)) {
                String inner = name.substring(WORKLOAD.length());
                WorkloadOptions changed = copy(options.workload(), inner, each.getValue());
                options = copy(options, "workload", changed);
            } else {
                options = copy(options, name, each.getValue());
            }
        }
        return copy(options, "config", config.build());
    }

    /** A record like another one, with one component changed; the new one may be a text. */
    private static <R extends Record> R copy(R record, String name, Object value) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        Object[] arguments = new Object[components.length];
        boolean found = false;
        for (int i = 0; i < components.length; i++) {
            boolean meant = components[i].getName().equals(name);
            found |= meant;
            arguments[i] =
                    meant
                            ? converted(name, value, components[i].getType())
                            : invoke(components[i].getAccessor(), record);
        }
        if (!found) {
            throw new IllegalArgumentException(
                    "there is no option '"
                            + name
                            + "' but "
                            + Arrays.stream(components)
                                    .map(RecordComponent::getName)
                                    .collect(Collectors.joining(", ")));
        }
        return construct(record, components, arguments);
    }

    @SuppressWarnings("unchecked")
    private static <R extends Record> R construct(
            R record, RecordComponent[] components, Object[] arguments) {
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
            Constructor<?> constructor = record.getClass().getDeclaredConstructor(types);
            return (R) constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a record has a constructor of its components", e);
        }
    }

    private static Object invoke(Method accessor, Object on) {
        try {
            return accessor.invoke(on);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a record has an accessor of each component", e);
        }
    }

    private static void set(RaftConfig.Builder config, String name, String value) {
        for (Method method : RaftConfig.Builder.class.getMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == 1) {
                try {
                    method.invoke(config, converted(name, value, method.getParameterTypes()[0]));
                    return;
                } catch (ReflectiveOperationException e) {
                    throw new IllegalArgumentException(CONFIG + name + "=" + value, e);
                }
            }
        }
        throw new IllegalArgumentException("there is no option '" + CONFIG + name + "'");
    }

    private static Object converted(String name, Object value, Class<?> type) {
        if (!(value instanceof String text)) {
            return value;
        }
        try {
            if (type == int.class) {
                return Integer.valueOf(text);
            } else if (type == long.class) {
                return Long.valueOf(text);
            } else if (type == double.class) {
                return Double.valueOf(text);
            } else if (type == boolean.class) {
                return Boolean.valueOf(text);
            } else if (type == Duration.class) {
                return Duration.parse(text);
            } else if (type == Set.class) {
                return faults(text);
            } else if (type == LinkQuality.class && text.equals("good")) {
                return LinkQuality.GOOD;
            }
        } catch (DateTimeParseException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "option " + name + " cannot be '" + text + "': " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("option " + name + " cannot be '" + text + "'");
    }

    private static Set<FaultKind> faults(String text) {
        Set<FaultKind> faults = EnumSet.noneOf(FaultKind.class);
        for (String name : text.split(",")) {
            if (!name.isEmpty()) {
                faults.add(FaultKind.valueOf(name));
            }
        }
        return faults;
    }

    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(" "));
    }
}
