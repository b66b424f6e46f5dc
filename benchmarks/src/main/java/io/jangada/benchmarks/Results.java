package io.jangada.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** All that was measured. */
final class Results {
    private final List<One> all = new ArrayList<>();

    /**
     * One measurement.
     *
     * @param contender its name, or {@link Fork#FLOOR}
     * @param workload its name
     * @param round from 1
     * @param result what it gave; null if it failed
     * @param failure why it failed
     */
    record One(
            String contender,
            String workload,
            int round,
            @Nullable Result result,
            @Nullable String failure) {}

    void add(One one) {
        all.add(one);
    }

    List<One> all() {
        return all;
    }

    /** The middle of all rounds, or their mean if two are in the middle. */
    Optional<Double> median(String contender, String workload, String metric) {
        double[] sorted = values(contender, workload, metric).sorted().toArray();
        if (sorted.length == 0) {
            return Optional.empty();
        }
        int upper = sorted.length / 2;
        int lower = (sorted.length - 1) / 2;
        return Optional.of((sorted[lower] + sorted[upper]) / 2);
    }

    /** From the least to the most of all rounds. */
    double[] range(String contender, String workload, String metric) {
        double[] sorted = values(contender, workload, metric).sorted().toArray();
        return sorted.length == 0 ? sorted : new double[] {sorted[0], sorted[sorted.length - 1]};
    }

    /** Why rounds failed, each reason once. */
    List<String> failures(String contender, String workload) {
        return of(contender, workload).stream()
                .map(One::failure)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    boolean has(String contender, String workload) {
        return !of(contender, workload).isEmpty();
    }

    private DoubleStream values(String contender, String workload, String metric) {
        return of(contender, workload).stream()
                .map(One::result)
                .filter(Objects::nonNull)
                .mapToDouble(result -> result.get(metric))
                .filter(Double::isFinite);
    }

    private List<One> of(String contender, String workload) {
        return all.stream()
                .filter(one -> one.contender().equals(contender))
                .filter(one -> one.workload().equals(workload))
                .toList();
    }
}
