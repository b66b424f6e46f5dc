package io.jangada.examples.kv.http;

import io.jangada.examples.kv.Json;
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
                .map(node -> Json.object(fields(node)))
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
}
