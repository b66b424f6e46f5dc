package io.jangada.raft.testkit.check;

import static java.util.Objects.requireNonNull;

import io.jangada.raft.testkit.check.KvInput.Scan;
import io.jangada.raft.testkit.check.Model.Partition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Keys in groups such that every operation stays within one group: a union-find structure. */
final class KeyGroups {

    private static final int KEYS_NAMED_MAX = 3;

    private final List<Operation<KvInput, KvOutput>> operations;

    /** For every key another one of its group, or the key itself if it stands for its group. */
    private final NavigableMap<String, String> parents = new TreeMap<>(KvModel.BYTE_ORDER);

    private KeyGroups(List<Operation<KvInput, KvOutput>> operations) {
        this.operations = operations;
    }

    static KeyGroups of(List<Operation<KvInput, KvOutput>> operations) {
        KeyGroups groups = new KeyGroups(operations);
        operations.forEach(groups::addKeys);
        operations.forEach(groups::join);
        return groups;
    }

    /**
     * The operations of each group, and besides those of each key if its group has others. If all
     * is well, the latter follow from the former, but most errors show in one key.
     */
    List<Partition<KvInput, KvOutput>> partitions() {
        Map<String, List<String>> members = new HashMap<>();
        for (String key : parents.keySet()) {
            members.computeIfAbsent(find(key), group -> new ArrayList<>()).add(key);
        }
        Map<List<String>, List<Operation<KvInput, KvOutput>>> parts = new LinkedHashMap<>();
        for (Operation<KvInput, KvOutput> operation : operations) {
            String key = operation.input().key();
            List<String> group = members.getOrDefault(find(key), List.of());
            parts.computeIfAbsent(group, keys -> new ArrayList<>()).add(operation);
            if (group.size() > 1 && !(operation.input() instanceof Scan)) {
                parts.computeIfAbsent(List.of(key), keys -> new ArrayList<>()).add(operation);
            }
        }
        List<Partition<KvInput, KvOutput>> partitions = new ArrayList<>();
        parts.forEach((keys, part) -> partitions.add(new Partition<>(name(keys), part)));
        return partitions;
    }

    private void addKeys(Operation<KvInput, KvOutput> operation) {
        String key = operation.input().key();
        parents.put(key, key);
        if (operation.output() instanceof KvOutput.Entries answer) {
            answer.entries().forEach(entry -> parents.put(entry.getKey(), entry.getKey()));
        }
    }

    private void join(Operation<KvInput, KvOutput> operation) {
        if (!(operation.input() instanceof Scan scan)) {
            return;
        }
        for (String key : parents.tailMap(scan.key()).keySet()) {
            if (!KvModel.covers(scan, key)) {
                break;
            }
            unite(scan.key(), key);
        }
        // A wrong answer may name keys outside of the range.
        if (operation.output() instanceof KvOutput.Entries answer) {
            answer.entries().forEach(entry -> unite(scan.key(), entry.getKey()));
        }
    }

    private void unite(String left, String right) {
        String group = find(left);
        parents.put(find(right), group);
    }

    /** The key that stands for the group of a key. Halves the way there for the next time. */
    private String find(String key) {
        String at = key;
        String parent = parent(at);
        while (!parent.equals(at)) {
            String above = parent(parent);
            parents.put(at, above);
            at = above;
            parent = parent(at);
        }
        return at;
    }

    private String parent(String key) {
        return requireNonNull(parents.get(key));
    }

    private static String name(List<String> keys) {
        if (keys.size() == 1) {
            return "key " + KvOutput.show(keys.get(0));
        }
        List<String> named = keys.subList(0, Math.min(keys.size(), KEYS_NAMED_MAX));
        String list = String.join(", ", named.stream().map(KvOutput::show).toList());
        int others = keys.size() - named.size();
        return "keys " + list + (others == 0 ? "" : " and " + others + " more");
    }
}
