package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.ClusterSpec;
import io.jangada.benchmarks.contender.Trait;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Many groups with nothing to do. */
final class IdleGroups implements Workload {
    private static final Metric CORE = new Metric("core", "% of a core", false);
    private static final Metric HEAP = new Metric("heap", "KiB heap/group+node", false);
    private static final Metric THREADS = new Metric("threads", "threads", false);
    private static final Metric PACKETS = new Metric("packets", "packets/s", false);

    private static final Path DEVICES = Path.of("/proc/net/dev");

    /** Opening a group may cost a few syncs on each node. */
    private static final double SECONDS_PER_GROUP = 0.3;

    @Override
    public String name() {
        return "idle-groups";
    }

    @Override
    public String description() {
        return "groups on three nodes that nobody writes to (how many: --groups)";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(CORE, HEAP, THREADS, PACKETS);
    }

    @Override
    public Set<Trait> needs() {
        return Set.of(Trait.GROUPS);
    }

    @Override
    public Demand demand(Scale scale) {
        return new Demand(scale.groups(), false);
    }

    @Override
    public double expectedSeconds(Scale scale) {
        return scale.warmup() + scale.seconds() + SECONDS_PER_GROUP * scale.groups();
    }

    @Override
    public Result run(Cluster cluster, Scale scale) throws Exception {
        cluster.awaitLeader();
        // Nothing is to be waited for: that nothing happens meanwhile is what is measured.
        Thread.sleep((long) (scale.warmup() * 1e3));
        long packets = loopbackPackets();
        Usage before = Usage.now();
        long begin = System.nanoTime();
        Thread.sleep((long) (scale.seconds() * 1e3));
        double seconds = (System.nanoTime() - begin) / 1e9;
        Usage after = Usage.now();
        packets = loopbackPackets() - packets;
        int threads = ManagementFactory.getThreadMXBean().getThreadCount();
        int parts = scale.groups() * ClusterSpec.NODES;
        return new Result(
                Map.of(
                        CORE.key(), after.cpuSecondsSince(before) * 100 / seconds,
                        HEAP.key(), cluster.addedHeapBytes() / 1024.0 / parts,
                        THREADS.key(), (double) threads,
                        PACKETS.key(), packets / seconds));
    }

    /** Those of the whole machine; 0 where the system does not tell. */
    private static long loopbackPackets() throws IOException {
        if (!Files.isReadable(DEVICES)) {
            return 0;
        }
        return Files.readAllLines(DEVICES).stream()
                .map(String::strip)
                .filter(line -> line.startsWith("lo:"))
                .mapToLong(line -> Long.parseLong(line.substring(3).strip().split("\\s+")[1]))
                .sum();
    }
}
