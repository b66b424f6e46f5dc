package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.ClusterSpec;
import io.jangada.benchmarks.contender.Contender;
import io.jangada.benchmarks.contender.Contenders;
import io.jangada.benchmarks.contender.Trait;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The process of one measurement, started by {@link Launcher}. What libraries print goes where its
 * output goes; the result goes into a file.
 */
public final class Fork {
    /** Stands for {@link Workload#floor} in place of a contender. */
    static final String FLOOR = "floor";

    private Fork() {}

    /**
     * Measures once and ends the process.
     *
     * @param args contender, workload, folder, file for the result, then the scale
     */
    public static void main(String[] args) {
        int status = 0;
        try {
            Workload workload = Workloads.named(args[1]).orElseThrow();
            measure(args[0], workload, Path.of(args[2]), scale(args)).save(Path.of(args[3]));
        } catch (Throwable e) {
            e.printStackTrace();
            status = 1;
        }
        // Not exit: some libraries leave threads or shutdown hooks that would wait.
        System.err.flush();
        Runtime.getRuntime().halt(status);
    }

    /** Starts the contender, measures, and stops it. */
    static Result measure(String contender, Workload workload, Path folder, Scale scale)
            throws Exception {
        if (contender.equals(FLOOR)) {
            return workload.floor(folder, scale).orElseThrow();
        }
        Workload.Demand demand = workload.demand(scale);
        ClusterSpec spec =
                new ClusterSpec(
                        folder,
                        demand.groups(),
                        demand.cuttable(),
                        workload.needs().contains(Trait.LEASE_READS));
        Contender started = Contenders.create(contender);
        long heapBefore = Cluster.liveHeapBytes();
        Result result;
        try {
            started.start(spec);
            result = workload.run(new Cluster(started, spec, heapBefore), scale);
        } catch (Throwable e) {
            try {
                started.close();
            } catch (IOException | RuntimeException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
        started.close();
        return result;
    }

    static String[] arguments(
            String contender, Workload workload, Path folder, Path result, Scale scale) {
        return new String[] {
            contender,
            workload.name(),
            folder.toString(),
            result.toString(),
            Double.toString(scale.seconds()),
            Double.toString(scale.warmup()),
            Integer.toString(scale.entries()),
            Integer.toString(scale.groups()),
            Integer.toString(scale.cuts())
        };
    }

    private static Scale scale(String[] args) {
        return new Scale(
                Double.parseDouble(args[4]),
                Double.parseDouble(args[5]),
                Integer.parseInt(args[6]),
                Integer.parseInt(args[7]),
                Integer.parseInt(args[8]));
    }
}
