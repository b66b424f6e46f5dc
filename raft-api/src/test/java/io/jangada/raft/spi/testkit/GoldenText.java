package io.jangada.raft.spi.testkit;

import io.jangada.raft.spi.LogEntry;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A value as lines of {@code path = text}, one per part that has no parts. A value that gains a
 * part gains a line and keeps the others, so that lines which were written down stay true.
 */
final class GoldenText {
    /** Longer bytes are told by their hash. */
    private static final int HEX_BYTES_MAX = 256;

    private final List<String> lines = new ArrayList<>();

    private GoldenText() {}

    static List<String> of(@Nullable Object value) {
        GoldenText text = new GoldenText();
        text.add("", value);
        return text.lines;
    }

    private void add(String path, @Nullable Object value) {
        if (value instanceof Optional<?> optional) {
            add(path, optional.orElse(null));
        } else if (value instanceof Record parts) {
            addRecord(path, parts);
        } else if (value instanceof List<?> list) {
            line(path + ".size", list.size());
            for (int i = 0; i < list.size(); i++) {
                add(path + "[" + i + "]", list.get(i));
            }
        } else if (value instanceof Map<?, ?> map) {
            line(path + ".size", map.size());
            Map<String, Object> sorted = new TreeMap<>();
            map.forEach((key, each) -> sorted.put(key.toString(), each));
            sorted.forEach((key, each) -> add(path + "[" + key + "]", each));
        } else if (value instanceof LogEntry entry) {
            addEntry(path, entry);
        } else {
            line(path, leaf(value));
        }
    }

    private void addRecord(String path, Record parts) {
        line(path + ".type", parts.getClass().getSimpleName());
        for (RecordComponent component : parts.getClass().getRecordComponents()) {
            try {
                component.getAccessor().setAccessible(true);
                add(path + "." + component.getName(), component.getAccessor().invoke(parts));
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("cannot read " + component, e);
            }
        }
    }

    private void addEntry(String path, LogEntry entry) {
        line(path + ".index", entry.index());
        line(path + ".term", entry.term());
        line(path + ".clusterTimeMillis", entry.clusterTimeMillis());
        line(path + ".type", entry.type().name());
        line(path + ".payload", leaf(entry.payload()));
    }

    private static Object leaf(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return bytes.length <= HEX_BYTES_MAX ? HexFormat.of().formatHex(bytes) : digest(bytes);
        }
        if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return leaf(bytes);
        }
        return value instanceof Enum<?> constant ? constant.name() : String.valueOf(value);
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return bytes.length + " bytes, SHA-256 " + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has it", e);
        }
    }

    private void line(String path, Object text) {
        lines.add(path + " = " + text.toString().replace("\n", "\\n"));
    }
}
