package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Contenders;
import io.jangada.benchmarks.contender.Trait;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Results as text: a block for each workload, a row for each contender, ratios at the end. */
final class Table {
    private static final String NONE = "-";

    private final Results results;
    private final List<String> contenders;

    /** Contenders in the order of the rows. */
    Table(Results results, List<String> contenders) {
        this.results = results;
        this.contenders = contenders;
    }

    String text(List<Workload> workloads) {
        StringBuilder text = new StringBuilder();
        for (Workload workload : workloads) {
            block(workload, text);
        }
        return text.toString();
    }

    private void block(Workload workload, StringBuilder text) {
        List<String> shown =
                contenders.stream().filter(name -> results.has(name, workload.name())).toList();
        if (shown.isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(head(workload));
        List<String> remarks = new ArrayList<>();
        for (String contender : shown) {
            rows.add(row(workload, contender));
            remarks(workload, contender, remarks);
        }
        text.append(workload.name()).append(": ").append(workload.description()).append('\n');
        align(rows, 2, text);
        remarks.forEach(remark -> text.append("  ").append(remark).append('\n'));
        text.append('\n');
    }

    private static List<String> head(Workload workload) {
        List<String> head = new ArrayList<>(List.of("", "log"));
        List<Metric> metrics = workload.metrics();
        for (int i = 0; i < metrics.size(); i++) {
            head.add(metrics.get(i).title());
            if (i == 0) {
                head.add("(min..max)");
            }
        }
        head.add("x peer");
        head.add("x floor");
        return head;
    }

    private List<String> row(Workload workload, String contender) {
        List<String> row = new ArrayList<>(List.of(contender, log(contender)));
        List<Metric> metrics = workload.metrics();
        for (int i = 0; i < metrics.size(); i++) {
            String key = metrics.get(i).key();
            row.add(
                    results.median(contender, workload.name(), key)
                            .map(Table::number)
                            .orElse(NONE));
            if (i == 0) {
                double[] range = results.range(contender, workload.name(), key);
                row.add(
                        range.length == 0
                                ? NONE
                                : "(" + number(range[0]) + ".." + number(range[1]) + ")");
            }
        }
        boolean baseline =
                contender.equals(Fork.FLOOR) || traits(contender).contains(Trait.BASELINE);
        row.add(baseline ? NONE : ratio(workload, contender, bestPeer(workload, contender)));
        row.add(baseline ? NONE : ratio(workload, contender, Optional.of(Fork.FLOOR)));
        return row;
    }

    private void remarks(Workload workload, String contender, List<String> remarks) {
        results.median(contender, workload.name(), Metric.FAILED)
                .filter(failed -> failed > 0)
                .ifPresent(failed -> remarks.add(contender + ": " + number(failed) + " failed"));
        for (String failure : results.failures(contender, workload.name())) {
            remarks.add(contender + ": " + failure);
        }
        if (!workload.comparable(traits(contender))) {
            remarks.add(contender + ": answers without a quorum here, so it is not compared");
        }
    }

    private static String log(String contender) {
        if (contender.equals(Fork.FLOOR) || traits(contender).contains(Trait.BASELINE)) {
            return NONE;
        }
        return traits(contender).contains(Trait.DURABLE) ? "disk" : "memory";
    }

    private String ratio(Workload workload, String contender, Optional<String> other) {
        String key = workload.metrics().get(0).key();
        if (!workload.comparable(traits(contender))) {
            return NONE;
        }
        Optional<Double> own = results.median(contender, workload.name(), key);
        Optional<Double> others = other.flatMap(name -> results.median(name, workload.name(), key));
        return own.isEmpty() || others.isEmpty() || others.get() == 0
                ? NONE
                : String.format(Locale.ROOT, "%.2f", own.get() / others.get());
    }

    /** The best of those that are not ours and keep their log in the same way. */
    Optional<String> bestPeer(Workload workload, String contender) {
        Metric metric = workload.metrics().get(0);
        boolean durable = traits(contender).contains(Trait.DURABLE);
        Comparator<String> byMetric =
                Comparator.comparing(
                        name ->
                                results.median(name, workload.name(), metric.key())
                                        .orElse(Double.NaN));
        return contenders.stream()
                .filter(name -> isPeer(traits(name)))
                .filter(name -> traits(name).contains(Trait.DURABLE) == durable)
                .filter(name -> workload.comparable(traits(name)))
                .filter(name -> results.median(name, workload.name(), metric.key()).isPresent())
                .max(metric.higherIsBetter() ? byMetric : byMetric.reversed());
    }

    private static boolean isPeer(Set<Trait> traits) {
        return !traits.isEmpty()
                && !traits.contains(Trait.OURS)
                && !traits.contains(Trait.BASELINE);
    }

    private static Set<Trait> traits(String contender) {
        return contender.equals(Fork.FLOOR) ? Set.of() : Contenders.create(contender).traits();
    }

    /** Three digits that count, or all before the point. */
    static String number(double value) {
        double size = Math.abs(value);
        int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    /** The first columns are names and go to the left, numbers to the right. */
    static void align(List<List<String>> rows, int names, StringBuilder text) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String padding = " ".repeat(widths[i] - row.get(i).length());
                line.append("  ");
                line.append(i < names ? row.get(i) + padding : padding + row.get(i));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }
}
