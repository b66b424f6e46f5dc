package io.jangada.raft.testkit.check;

import io.jangada.raft.testkit.check.KvInput.Append;
import io.jangada.raft.testkit.check.KvInput.Cas;
import io.jangada.raft.testkit.check.KvInput.Delete;
import io.jangada.raft.testkit.check.KvInput.Get;
import io.jangada.raft.testkit.check.KvInput.Put;
import io.jangada.raft.testkit.check.KvInput.ReadMode;
import io.jangada.raft.testkit.check.KvInput.Scan;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A key-value store, empty at first. Each key is a partition of its own, except that a scan joins
 * all keys of its range that the history mentions. Stale reads are in no partition.
 *
 * <p>The state is the map of the keys that are there.
 */
public final class KvModel implements Model<Map<String, String>, KvInput, KvOutput> {

    /** Keys in byte order of UTF-8, which differs from that of {@code String} beyond U+D7FF. */
    static final Comparator<String> BYTE_ORDER = KvModel::compareBytes;

    private static final KvOutput DONE = new KvOutput.Done();
    private static final KvOutput REFUSED = new KvOutput.Swapped(false);

    /** The model; it has no settings. */
    public KvModel() {}

    @Override
    public Map<String, String> initial() {
        return Map.of();
    }

    @Override
    public @Nullable Map<String, String> step(
            Map<String, String> state, KvInput input, @Nullable KvOutput output) {
        return output == null || output.equals(answer(state, input)) ? after(state, input) : null;
    }

    @Override
    public boolean isReadOnly(KvInput input, @Nullable KvOutput output) {
        return input instanceof Get || input instanceof Scan || REFUSED.equals(output);
    }

    @Override
    public boolean areIndependent(KvInput one, KvInput other) {
        return isReadOnly(one, null) && isReadOnly(other, null)
                || !covers(one, other.key()) && !covers(other, one.key());
    }

    @Override
    public List<Partition<KvInput, KvOutput>> partition(
            List<Operation<KvInput, KvOutput>> operations) {
        List<Operation<KvInput, KvOutput>> relevant =
                operations.stream().filter(operation -> !isStale(operation.input())).toList();
        return KeyGroups.of(relevant).partitions();
    }

    /** Whether an operation concerns a key. */
    static boolean covers(KvInput input, String key) {
        if (!(input instanceof Scan scan)) {
            return input.key().equals(key);
        }
        return compareBytes(scan.key(), key) <= 0
                && (scan.to() == null || compareBytes(key, scan.to()) < 0);
    }

    private static KvOutput answer(Map<String, String> state, KvInput input) {
        if (input instanceof Get) {
            return new KvOutput.Value(state.get(input.key()));
        }
        if (input instanceof Cas cas) {
            return new KvOutput.Swapped(swaps(state, cas));
        }
        if (input instanceof Scan scan) {
            return new KvOutput.Entries(range(state, scan));
        }
        return DONE;
    }

    private static Map<String, String> after(Map<String, String> state, KvInput input) {
        if (input instanceof Put put) {
            return with(state, put.key(), put.value());
        }
        if (input instanceof Append append) {
            String value = state.getOrDefault(append.key(), "") + append.suffix();
            return with(state, append.key(), value);
        }
        if (input instanceof Delete delete) {
            return with(state, delete.key(), null);
        }
        if (input instanceof Cas cas && swaps(state, cas)) {
            return with(state, cas.key(), cas.replacement());
        }
        return state;
    }

    private static boolean swaps(Map<String, String> state, Cas cas) {
        return Objects.equals(state.get(cas.key()), cas.expected());
    }

    private static Map<String, String> with(
            Map<String, String> state, String key, @Nullable String value) {
        Map<String, String> next = new HashMap<>(state);
        if (value == null) {
            next.remove(key);
        } else {
            next.put(key, value);
        }
        return Map.copyOf(next);
    }

    private static List<Map.Entry<String, String>> range(Map<String, String> state, Scan scan) {
        return state.entrySet().stream()
                .filter(entry -> covers(scan, entry.getKey()))
                .sorted(Map.Entry.comparingByKey(BYTE_ORDER))
                .limit(scan.limit())
                .toList();
    }

    /** Whether an operation promises nothing that a model could check. */
    static boolean isStale(KvInput input) {
        return input instanceof Get get && get.mode() == ReadMode.STALE
                || input instanceof Scan scan && scan.mode() == ReadMode.STALE;
    }

    private static int compareBytes(String left, String right) {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                // A surrogate stands for a code point above all that fit into one char.
                boolean oneIsAbove = Character.isSurrogate(a) != Character.isSurrogate(b);
                return oneIsAbove
                        ? Boolean.compare(Character.isSurrogate(a), Character.isSurrogate(b))
                        : Character.compare(a, b);
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
