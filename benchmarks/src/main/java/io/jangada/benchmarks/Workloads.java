package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.ReadKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All workloads, in the order in which they are shown. */
final class Workloads {
    static final List<Workload> ALL = all();

    private Workloads() {}

    private static List<Workload> all() {
        List<Workload> all = new ArrayList<>();
        all.add(new WriteLoad("write-1", 256, 1));
        all.add(new WriteLoad("write-64", 256, 64));
        all.add(new WriteLoad("write-1024", 256, 1024));
        all.add(new WriteLoad("write-64k", 64 << 10, 32));
        for (ReadKind kind : ReadKind.values()) {
            for (boolean besideWriter : new boolean[] {false, true}) {
                for (int outstanding : new int[] {1, 64, 1024}) {
                    all.add(new ReadLoad(kind, outstanding, besideWriter));
                }
            }
        }
        all.add(new NowReads());
        all.add(new MixLoad());
        all.add(new OpenLoad());
        all.add(new SlowFollower());
        all.add(Failover.cut());
        all.add(Failover.kill());
        all.add(new Restart());
        all.add(new IdleGroups());
        return List.copyOf(all);
    }

    static Optional<Workload> named(String name) {
        return ALL.stream().filter(each -> each.name().equals(name)).findFirst();
    }
}
