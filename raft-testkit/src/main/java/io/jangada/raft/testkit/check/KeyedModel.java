package io.jangada.raft.testkit.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Many objects of one kind, each under a key, such as registers or lists. Each key is a partition
 * of its own, so that long histories over many keys are settled fast. The state is the map of the
 * objects that were used.
 *
 * @param <K> keys, compared with {@code equals}
 * @param <S> state of one object
 * @param <I> what can be asked of one object
 * @param <O> what can come back
 */
public final class KeyedModel<K, S, I, O> implements Model<Map<K, S>, KeyedModel.At<K, I>, O> {
    private final Model<S, I, O> each;

    /**
     * Objects of one kind.
     *
     * @param each the model of one object
     */
    public KeyedModel(Model<S, I, O> each) {
        this.each = each;
    }

    /**
     * An operation on one of the objects.
     *
     * @param key which one
     * @param input what is asked of it
     * @param <K> keys
     * @param <I> what can be asked of one object
     */
    public record At<K, I>(K key, I input) {
        @Override
        public String toString() {
            return key + ": " + input;
        }
    }

    @Override
    public Map<K, S> initial() {
        return Map.of();
    }

    @Override
    public @Nullable Map<K, S> step(Map<K, S> state, At<K, I> at, @Nullable O output) {
        S before = state.getOrDefault(at.key(), each.initial());
        S after = each.step(before, at.input(), output);
        if (after == null) {
            return null;
        }
        if (after.equals(before)) {
            return state;
        }
        Map<K, S> next = new HashMap<>(state);
        next.put(at.key(), after);
        if (after.equals(each.initial())) {
            next.remove(at.key()); // As if it had never been used: equal states must be equal.
        }
        return Map.copyOf(next);
    }

    @Override
    public boolean isReadOnly(At<K, I> at, @Nullable O output) {
        return each.isReadOnly(at.input(), output);
    }

    @Override
    public boolean areIndependent(At<K, I> one, At<K, I> other) {
        return !one.key().equals(other.key()) || each.areIndependent(one.input(), other.input());
    }

    @Override
    public List<Partition<At<K, I>, O>> partition(List<Operation<At<K, I>, O>> operations) {
        Map<K, List<Operation<At<K, I>, O>>> byKey = new LinkedHashMap<>();
        for (Operation<At<K, I>, O> operation : operations) {
            byKey.computeIfAbsent(operation.input().key(), key -> new ArrayList<>()).add(operation);
        }
        List<Partition<At<K, I>, O>> partitions = new ArrayList<>();
        byKey.forEach((key, part) -> partitions.add(new Partition<>("key " + key, part)));
        return partitions;
    }
}
