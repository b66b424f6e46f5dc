package io.jangada.examples.kv;

import java.util.Map;
import java.util.stream.Collectors;

/** Flat JSON, for those who read it with a program. */
public final class Json {
    private Json() {}

    /**
     * An object.
     *
     * @param fields by name, in the order in which they are written: {@code String}, or a number or
     *     boolean, which is written as it shows itself
     * @return {@code {"name":value,…}}
     */
    public static String object(Map<String, Object> fields) {
        return fields.entrySet().stream()
                .map(field -> string(field.getKey()) + ":" + value(field.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String value(Object value) {
        return value instanceof String text ? string(text) : value.toString();
    }

    private static String string(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
