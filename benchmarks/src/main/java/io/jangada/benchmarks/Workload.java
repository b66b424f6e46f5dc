package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Trait;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One thing to measure. */
interface Workload {
    String name();

    /** What it does, for the table. */
    String description();

    /** Its columns; by the first one contenders are compared. */
    List<Metric> metrics();

    /** What a contender must have. */
    Set<Trait> needs();

    /** Whether these figures mean the same as those of the others. */
    default boolean comparable(Set<Trait> traits) {
        return true;
    }

    /** About how long a measurement takes, without the start of the nodes. */
    double expectedSeconds(Scale scale);

    /** What to start. */
    default Demand demand(Scale scale) {
        return new Demand(1, false);
    }

    /**
     * Measures a cluster that was started and has a leader.
     *
     * @throws Exception if something does not work as it should
     */
    Result run(Cluster cluster, Scale scale) throws Exception;

    /** The least that the machine itself takes for the same, if that is known. */
    default Optional<Result> floor(Path folder, Scale scale) throws Exception {
        return Optional.empty();
    }

    /** Whether {@link #floor} gives something. */
    default boolean hasFloor() {
        return false;
    }

    /**
     * How a cluster must be started.
     *
     * @param groups how many
     * @param cuttable whether nodes will be cut off
     */
    record Demand(int groups, boolean cuttable) {}
}
