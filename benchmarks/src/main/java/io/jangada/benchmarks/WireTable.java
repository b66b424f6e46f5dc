package io.jangada.benchmarks;

import io.jangada.benchmarks.wire.WireContenders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What came over the wire as text: a block for each workload, ratios to etcd at the end. */
final class WireTable {
    /** What the load generator took, while {@link Metric#CPU} is that of the servers. */
    static final Metric CLIENT_CPU = new Metric("clientCpu", "client", false);

    private static final List<Metric> METRICS =
            List.of(Metric.RATE, Metric.P50, Metric.P99, Metric.CPU, CLIENT_CPU);
    private static final String NONE = "-";

    private final Results results;
    private final List<String> contenders;

    /** Contenders in the order of the rows. */
    WireTable(Results results, List<String> contenders) {
        this.results = results;
        this.contenders = contenders;
    }

    String text(List<WireWorkload> workloads) {
        StringBuilder text = new StringBuilder();
        workloads.forEach(workload -> block(workload, text));
        return text.toString();
    }

    private void block(WireWorkload workload, StringBuilder text) {
        List<String> shown =
                contenders.stream().filter(name -> results.has(name, workload.key())).toList();
        if (shown.isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(head());
        shown.forEach(contender -> rows.add(row(workload, contender)));
        text.append(workload.key()).append(": ").append(workload.description()).append('\n');
        Table.align(rows, 1, text);
        for (String contender : shown) {
            remarks(workload, contender, text);
        }
        text.append('\n');
    }

    private static List<String> head() {
        List<String> head = new ArrayList<>(List.of(""));
        METRICS.forEach(metric -> head.add(metric.title()));
        head.add(2, "(min..max)");
        head.add("x etcd");
        return head;
    }

    private List<String> row(WireWorkload workload, String contender) {
        List<String> row = new ArrayList<>(List.of(contender));
        for (Metric metric : METRICS) {
            row.add(
                    results.median(contender, workload.key(), metric.key())
                            .map(Table::number)
                            .orElse(NONE));
        }
        double[] range = results.range(contender, workload.key(), Metric.RATE.key());
        row.add(
                2,
                range.length == 0
                        ? NONE
                        : "(" + Table.number(range[0]) + ".." + Table.number(range[1]) + ")");
        row.add(ratio(workload, contender));
        return row;
    }

    /** To what etcd does under the same load, from the client that can ask it. */
    private String ratio(WireWorkload workload, String contender) {
        String rate = Metric.RATE.key();
        Optional<Double> own = results.median(contender, workload.key(), rate);
        Optional<Double> baseline =
                results.median(WireContenders.BASELINE, workload.comparable().key(), rate);
        return own.isEmpty() || baseline.isEmpty() || baseline.get() == 0
                ? NONE
                : String.format(Locale.ROOT, "%.2f", own.get() / baseline.get());
    }

    private void remarks(WireWorkload workload, String contender, StringBuilder text) {
        List<String> remarks = new ArrayList<>(results.failures(contender, workload.key()));
        results.median(contender, workload.key(), Metric.FAILED)
                .filter(failed -> failed > 0)
                .ifPresent(failed -> remarks.add(Table.number(failed) + " failed"));
        for (String remark : remarks) {
            text.append("  ").append(contender).append(": ").append(remark).append('\n');
        }
    }
}
