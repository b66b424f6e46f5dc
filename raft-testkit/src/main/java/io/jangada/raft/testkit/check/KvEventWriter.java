package io.jangada.raft.testkit.check;

import io.jangada.raft.testkit.check.KvInput.Append;
import io.jangada.raft.testkit.check.KvInput.Cas;
import io.jangada.raft.testkit.check.KvInput.Delete;
import io.jangada.raft.testkit.check.KvInput.Get;
import io.jangada.raft.testkit.check.KvInput.Put;
import io.jangada.raft.testkit.check.KvInput.ReadMode;
import io.jangada.raft.testkit.check.KvInput.Scan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts a history into the lines of {@link KvHistoryFile}. */
final class KvEventWriter {

    /** Notes that stand on calls. */
    private static final List<String> CALL_NOTES = List.of("node", "s");

    /** Notes that stand on ends. */
    private static final List<String> END_NOTES = List.of("idx", "term", "error");

    /** Notes that are numbers in the file. */
    static final List<String> NUMBER_NOTES = List.of("idx", "term");

    private KvEventWriter() {}

    /** The lines, by position. */
    static Collection<String> lines(History<KvInput, KvOutput> history) {
        Map<Long, String> lines = new TreeMap<>();
        for (Operation<KvInput, KvOutput> operation : history.operations()) {
            checkNotes(operation);
            lines.put(operation.call(), line(call(operation)));
            if (operation.end() != Operation.NEVER) {
                lines.put(operation.end(), line(end(operation)));
            }
        }
        for (Fault fault : history.faults()) {
            lines.put(fault.position(), line(event(fault)));
        }
        return lines.values();
    }

    /** What identifies an operation: its function and what was asked. */
    static Map<String, @Nullable Object> fields(KvInput input) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("f", function(input));
        fields.put("k", input.key());
        if (input instanceof Put put) {
            fields.put("v", put.value());
        } else if (input instanceof Append append) {
            fields.put("v", append.suffix());
        } else if (input instanceof Cas cas) {
            fields.put("old", cas.expected());
            fields.put("new", cas.replacement());
        } else if (input instanceof Get get) {
            putMode(fields, get.mode());
        } else if (input instanceof Scan scan) {
            if (scan.to() != null) {
                fields.put("to", scan.to());
            }
            if (scan.limit() != Scan.UNLIMITED) {
                fields.put("limit", (long) scan.limit());
            }
            putMode(fields, scan.mode());
        }
        return fields;
    }

    /** A read mode as the field {@code read} has it. */
    static String name(ReadMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    private static void putMode(Map<String, @Nullable Object> fields, ReadMode mode) {
        if (mode != ReadMode.DEFAULT) {
            fields.put("read", name(mode));
        }
    }

    private static String function(KvInput input) {
        if (input instanceof Get) {
            return "get";
        } else if (input instanceof Put) {
            return "put";
        } else if (input instanceof Delete) {
            return "delete";
        } else if (input instanceof Append) {
            return "append";
        } else if (input instanceof Cas) {
            return "cas";
        } else if (input instanceof Scan) {
            return "scan";
        }
        throw new AssertionError("no name for " + input);
    }

    private static Map<String, @Nullable Object> call(Operation<KvInput, KvOutput> operation) {
        Map<String, @Nullable Object> event =
                event(operation.call(), operation.callNanos(), operation.process(), "invoke");
        event.putAll(fields(operation.input()));
        for (String name : CALL_NOTES) {
            if (operation.notes().containsKey(name)) {
                event.put(name, operation.notes().get(name));
            }
        }
        return event;
    }

    private static void checkNotes(Operation<KvInput, KvOutput> operation) {
        for (String name : operation.notes().keySet()) {
            boolean onEnd = operation.end() != Operation.NEVER && END_NOTES.contains(name);
            if (!onEnd && !CALL_NOTES.contains(name)) {
                throw new IllegalArgumentException(
                        "the file format has no place for the note \""
                                + name
                                + "\" of "
                                + operation
                                + ": it knows node and s on calls, idx, term and error on ends");
            }
        }
    }

    private static Map<String, @Nullable Object> end(Operation<KvInput, KvOutput> operation) {
        String type = operation.status().name().toLowerCase(Locale.ROOT);
        Map<String, @Nullable Object> event =
                event(operation.end(), operation.endNanos(), operation.process(), type);
        event.putAll(fields(operation.input()));
        event.remove("read");
        KvOutput output = operation.output();
        if (output instanceof KvOutput.Value value) {
            event.put("v", value.value());
        } else if (output instanceof KvOutput.Swapped swapped) {
            event.put("v", swapped.swapped());
        } else if (output instanceof KvOutput.Entries entries) {
            event.put("v", flat(entries));
        }
        for (String name : END_NOTES) {
            String note = operation.notes().get(name);
            if (note != null) {
                event.put(name, NUMBER_NOTES.contains(name) ? Long.valueOf(note) : note);
            }
        }
        return event;
    }

    private static Map<String, @Nullable Object> event(Fault fault) {
        Map<String, @Nullable Object> event =
                event(fault.position(), fault.nanos(), "nemesis", "info");
        event.put("f", fault.name());
        event.put("v", fault.arguments());
        return event;
    }

    private static Map<String, @Nullable Object> event(
            long position, long nanos, Object process, String type) {
        Map<String, @Nullable Object> event = new LinkedHashMap<>();
        event.put("i", position);
        event.put("t", nanos);
        event.put("p", process);
        event.put("type", type);
        return event;
    }

    private static List<String> flat(KvOutput.Entries answer) {
        List<String> flat = new ArrayList<>();
        for (Map.Entry<String, String> entry : answer.entries()) {
            flat.add(entry.getKey());
            flat.add(entry.getValue());
        }
        return flat;
    }

    private static String line(Map<String, @Nullable Object> event) {
        StringBuilder line = new StringBuilder("{");
        event.forEach(
                (name, value) -> {
                    line.append(line.length() == 1 ? "" : ",").append(JsonLine.quote(name));
                    line.append(':').append(json(value));
                });
        return line.append('}').toString();
    }

    private static String json(@Nullable Object value) {
        if (value instanceof String text) {
            return JsonLine.quote(text);
        }
        if (value instanceof List<?> list) {
            return "[" + String.join(",", list.stream().map(KvEventWriter::json).toList()) + "]";
        }
        return String.valueOf(value);
    }
}
