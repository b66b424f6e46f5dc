package io.jangada.raft.testkit.check;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@link KvModel} without partitions.
 *
 * @param withHints whether it tells the search what it knows of operations, or leaves it in the
 *     dark
 */
record WholeKvModel(boolean withHints) implements Model<Map<String, String>, KvInput, KvOutput> {

    private static final KvModel MODEL = new KvModel();

    @Override
    public Map<String, String> initial() {
        return MODEL.initial();
    }

    @Override
    public @Nullable Map<String, String> step(
            Map<String, String> state, KvInput input, @Nullable KvOutput output) {
        return MODEL.step(state, input, output);
    }

    @Override
    public boolean isReadOnly(KvInput input, @Nullable KvOutput output) {
        return withHints && MODEL.isReadOnly(input, output);
    }

    @Override
    public boolean areIndependent(KvInput one, KvInput other) {
        return withHints && MODEL.areIndependent(one, other);
    }
}
