package io.jangada.examples.kv.http;

import io.jangada.examples.kv.StatusFields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The status of all nodes as JSON: {@code {"nodes":[{"id":"n1","up":true,"role":"leader",…},…]}}.
 */
final class StatusJson {
    private StatusJson() {}

    static String of(List<NodeView> nodes) {
        return nodes.stream()
                .map(node -> object(fields(node)))
                .collect(Collectors.joining(",", "{\"nodes\":[", "]}"));
    }

    private static Map<String, Object> fields(NodeView node) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", node.id());
        fields.put("resp", node.resp());
        fields.put("up", node.status().isPresent());
        node.status().ifPresent(status -> fields.putAll(StatusFields.of(status)));
        return fields;
    }

    private static String object(Map<String, Object> fields) {
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
