package io.jangada.benchmarks;

import java.util.List;
import java.util.Optional;

/** All workloads, in the order in which they are shown. */
final class Workloads {
    static final List<Workload> ALL =
            List.of(
                    new WriteLoad("write-1", 256, 1),
                    new WriteLoad("write-64", 256, 64),
                    new WriteLoad("write-1024", 256, 1024),
                    new WriteLoad("write-64k", 64 << 10, 32));

    private Workloads() {}

    static Optional<Workload> named(String name) {
        return ALL.stream().filter(each -> each.name().equals(name)).findFirst();
    }
}
