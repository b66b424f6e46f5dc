package io.jangada.raft.testkit.check;

import io.jangada.raft.testkit.check.KvInput.Append;
import io.jangada.raft.testkit.check.KvInput.Cas;
import io.jangada.raft.testkit.check.KvInput.Delete;
import io.jangada.raft.testkit.check.KvInput.Get;
import io.jangada.raft.testkit.check.KvInput.Put;
import io.jangada.raft.testkit.check.KvInput.ReadMode;
import io.jangada.raft.testkit.check.KvInput.Scan;
import io.jangada.raft.testkit.check.Operation.Status;
import io.jangada.raft.testkit.check.SessionModel.WriteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Understands the events of {@link KvHistoryFile}, one after the other. */
final class KvEventReader {

    private final HistoryBuilder<KvInput, KvOutput> builder = new HistoryBuilder<>();

    /** What each write of a session asks for: all attempts ask for the same. */
    private final Map<WriteId, KvInput> writes = new HashMap<>();

    private long lastPosition = -1;
    private long lastNanos = Long.MIN_VALUE;

    History<KvInput, KvOutput> history() {
        return builder.build();
    }

    void read(JsonLine line) throws HistoryFormatException {
        long position = line.takeNumber("i");
        long nanos = line.takeNumber("t");
        if (position <= lastPosition || nanos < lastNanos) {
            String name = position <= lastPosition ? "i" : "t";
            throw new HistoryFormatException(
                    "field \"" + name + "\" goes back: events must stand in order of time");
        }
        lastPosition = position;
        lastNanos = nanos;
        Object process = line.take("p");
        String type = line.takeText("type");
        String function = line.takeText("f");
        if ("nemesis".equals(process)) {
            readFault(line, position, nanos, type, function);
        } else if (!(process instanceof Long number)) {
            throw new HistoryFormatException(
                    "field \"p\" must be a whole number or \"nemesis\", not " + process);
        } else if (type.equals("invoke")) {
            readCall(line, position, nanos, number, function);
        } else {
            readEnd(line, position, nanos, number, type, function);
        }
    }

    private void readFault(JsonLine line, long position, long nanos, String type, String name)
            throws HistoryFormatException {
        if (!type.equals("info")) {
            throw new HistoryFormatException("events of the nemesis are of type info, not " + type);
        }
        List<String> arguments = line.has("v") ? line.takeTexts("v") : List.of();
        line.refuseRest("an event of the nemesis");
        builder.fault(new Fault(position, nanos, name, arguments));
    }

    private void readCall(JsonLine line, long position, long nanos, long process, String function)
            throws HistoryFormatException {
        KvInput input = input(line, function);
        Map<String, String> notes = notes(line, "node", "s");
        line.refuseRest("the call of a " + function);
        checkWrite(notes.get("s"), input);
        String refusal = builder.refusal(process);
        if (refusal != null) {
            throw new HistoryFormatException(refusal);
        }
        builder.invoke(position, nanos, process, input, notes);
    }

    private void checkWrite(@Nullable String note, KvInput input) throws HistoryFormatException {
        if (note == null) {
            return;
        }
        WriteId write;
        try {
            write = WriteId.parse(note);
        } catch (IllegalArgumentException e) {
            throw new HistoryFormatException("field \"s\": " + e.getMessage());
        }
        KvInput earlier =
                input instanceof Get || input instanceof Scan
                        ? null
                        : writes.putIfAbsent(write, input);
        if (earlier != null && !earlier.equals(input)) {
            throw new HistoryFormatException(
                    "write " + write + " was attempted as " + earlier + " before");
        }
    }

    private void readEnd(
            JsonLine line, long position, long nanos, long process, String type, String function)
            throws HistoryFormatException {
        Operation<KvInput, KvOutput> called = builder.open(process);
        if (called == null) {
            throw new HistoryFormatException("process " + process + " has no operation open");
        }
        Status status = status(type);
        checkEcho(line, called.input(), function);
        KvOutput output = null;
        if (status == Status.OK) {
            output = output(line, called.input());
        } else {
            takeNoValue(line);
        }
        Map<String, String> notes = notes(line, "node", "s", "error");
        for (String name : KvEventWriter.NUMBER_NOTES) {
            Long number = line.takeOptionalNumber(name);
            if (number != null) {
                notes.put(name, number.toString());
            }
        }
        line.refuseRest("the " + type + " of a " + function);
        builder.end(position, nanos, process, status, output, notes);
    }

    private static Status status(String type) throws HistoryFormatException {
        switch (type) {
            case "ok":
                return Status.OK;
            case "fail":
                return Status.FAIL;
            case "info":
                return Status.INFO;
            default:
                throw new HistoryFormatException(
                        "field \"type\" must be invoke, ok, fail or info, not " + type);
        }
    }

    private static KvInput input(JsonLine line, String function) throws HistoryFormatException {
        String key = line.takeText("k");
        switch (function) {
            case "get":
                takeNoValue(line);
                return new Get(key, mode(line));
            case "put":
                return new Put(key, line.takeText("v"));
            case "delete":
                takeNoValue(line);
                return new Delete(key);
            case "append":
                return new Append(key, line.takeText("v"));
            case "cas":
                return new Cas(key, line.takeTextOrNull("old"), line.takeTextOrNull("new"));
            case "scan":
                takeNoValue(line);
                return new Scan(key, line.takeOptionalText("to"), limit(line), mode(line));
            default:
                throw new HistoryFormatException(
                        "field \"f\" must be get, put, delete, append, cas or scan, not "
                                + function);
        }
    }

    private static int limit(JsonLine line) throws HistoryFormatException {
        Long limit = line.takeOptionalNumber("limit");
        if (limit != null && (limit < 1 || limit > Scan.UNLIMITED)) {
            throw new HistoryFormatException("field \"limit\" is out of range: " + limit);
        }
        return limit == null ? Scan.UNLIMITED : limit.intValue();
    }

    private static ReadMode mode(JsonLine line) throws HistoryFormatException {
        String name = line.takeOptionalText("read");
        if (name == null) {
            return ReadMode.DEFAULT;
        }
        for (ReadMode mode : ReadMode.values()) {
            if (mode != ReadMode.DEFAULT && name.equals(KvEventWriter.name(mode))) {
                return mode;
            }
        }
        throw new HistoryFormatException(
                "field \"read\" must be log, index, lease or stale, not " + name);
    }

    /** An end may repeat what was asked, but must not say anything else. */
    private static void checkEcho(JsonLine line, KvInput input, String function)
            throws HistoryFormatException {
        for (Map.Entry<String, @Nullable Object> asked : KvEventWriter.fields(input).entrySet()) {
            String name = asked.getKey();
            Object said = name.equals("f") ? function : line.has(name) ? line.take(name) : null;
            if (said != null && !said.equals(asked.getValue())) {
                throw new HistoryFormatException(
                        "field \""
                                + name
                                + "\" is "
                                + said
                                + ", but the operation called was "
                                + input);
            }
        }
    }

    private static KvOutput output(JsonLine line, KvInput input) throws HistoryFormatException {
        if (input instanceof Get) {
            return new KvOutput.Value(line.takeTextOrNull("v"));
        }
        if (input instanceof Cas) {
            return new KvOutput.Swapped(line.takeOptionalFlag("v", true));
        }
        if (input instanceof Scan) {
            return new KvOutput.Entries(entries(line.takeTexts("v")));
        }
        takeNoValue(line);
        return new KvOutput.Done();
    }

    private static List<Map.Entry<String, String>> entries(List<String> flat)
            throws HistoryFormatException {
        if (flat.size() % 2 != 0) {
            throw new HistoryFormatException("field \"v\" has a key without a value at its end");
        }
        List<Map.Entry<String, String>> entries = new ArrayList<>();
        for (int i = 0; i < flat.size(); i += 2) {
            entries.add(Map.entry(flat.get(i), flat.get(i + 1)));
        }
        return entries;
    }

    private static void takeNoValue(JsonLine line) throws HistoryFormatException {
        Object value = line.has("v") ? line.take("v") : null;
        if (value != null) {
            throw new HistoryFormatException("field \"v\" has no place here: " + value);
        }
    }

    private static Map<String, String> notes(JsonLine line, String... names)
            throws HistoryFormatException {
        Map<String, String> notes = new HashMap<>();
        for (String name : names) {
            String note = line.takeOptionalText(name);
            if (note != null) {
                notes.put(name, note);
            }
        }
        return notes;
    }
}
