package io.jangada.raft.testkit.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The configurations that a search has entered: which operations are linearized, and the state. A
 * configuration is worth entering only if none like it was entered before with no more operations
 * of unknown outcome spent: whoever has more of them left can do all that the other can, since they
 * owe no return.
 */
final class SeenSet<S> {

    /**
     * Linearized operations that returned, and the state. In order of calls nearly all of the first
     * ones are linearized and nearly none of the last ones, so we keep a count and a short rest.
     */
    private record Configuration<S>(int prefix, BitSet rest, S state) {}

    /** Per configuration the sets of unknown ones spent, none of which contains another. */
    private final Map<Configuration<S>, List<BitSet>> spentSets = new HashMap<>();

    private int size;
    private long comparisonCount;

    /**
     * Adds a configuration.
     *
     * @return false if it is not worth entering
     */
    boolean add(BitSet linearized, BitSet spent, S state) {
        int prefix = linearized.nextClearBit(0);
        BitSet rest = linearized.get(prefix, Math.max(prefix, linearized.length()));
        List<BitSet> known =
                spentSets.computeIfAbsent(
                        new Configuration<>(prefix, rest, state), key -> new ArrayList<>(1));
        comparisonCount += known.size();
        for (BitSet earlier : known) {
            if (contains(spent, earlier)) {
                return false;
            }
        }
        size -= known.size();
        known.removeIf(earlier -> contains(earlier, spent));
        known.add((BitSet) spent.clone());
        size += known.size();
        return true;
    }

    /** How many configurations are remembered. */
    int size() {
        return size;
    }

    /** How many pairs of sets were compared so far: the work that the number of calls hides. */
    long comparisonCount() {
        return comparisonCount;
    }

    private static boolean contains(BitSet whole, BitSet part) {
        for (int bit = part.nextSetBit(0); bit >= 0; bit = part.nextSetBit(bit + 1)) {
            if (!whole.get(bit)) {
                return false;
            }
        }
        return true;
    }
}
