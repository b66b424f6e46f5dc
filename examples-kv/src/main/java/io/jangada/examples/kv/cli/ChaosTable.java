package io.jangada.examples.kv.cli;

import io.jangada.examples.kv.chaos.ChaosReport;
import java.time.Duration;
import java.util.Locale;

/** What came of a run of {@code kv chaos}, for people. */
final class ChaosTable {
    private ChaosTable() {}

    /** Several lines, the last of them the sum of it. */
    static String of(ChaosReport report) {
        String text =
                String.join(
                        "\n",
                        "",
                        operations(report).toString(),
                        "",
                        faults(report).toString(),
                        "",
                        outcome(report).toString());
        StringBuilder all = new StringBuilder(text).append('\n');
        report.violations().forEach(each -> all.append("\nVIOLATION: ").append(each));
        report.kept().ifPresent(where -> all.append("\nHistories and logs: ").append(where));
        return all.append('\n').append(last(report)).toString();
    }

    private static Table operations(ChaosReport report) {
        Table table = new Table().row("operation", "ok", "fail", "info");
        long ok = 0;
        long fail = 0;
        long info = 0;
        for (ChaosReport.Operations each : report.operations()) {
            table.row(each.kind(), each.ok() + "", each.fail() + "", each.info() + "");
            ok += each.ok();
            fail += each.fail();
            info += each.info();
        }
        return table.row("all", ok + "", fail + "", info + "");
    }

    private static Table faults(ChaosReport report) {
        Table table = new Table().row("fault", "times");
        report.faults().forEach((name, times) -> table.row(name, times + ""));
        report.skipped().forEach((kind, why) -> table.row(kind.toString(), "SKIPPED: " + why));
        return table;
    }

    private static Table outcome(ChaosReport report) {
        ChaosReport.Judgement verdict = report.verdict();
        String checked =
                "%d of %d histories linearizable, %d operations%s"
                        .formatted(
                                verdict.linearizable(),
                                verdict.windows(),
                                verdict.operations(),
                                verdict.unknown() == 0
                                        ? ""
                                        : ", " + verdict.unknown() + " not settled");
        return new Table()
                .row("longest gap without a success", seconds(report.longestGap()))
                .row("longest gap without a write", seconds(report.longestWriteGap()))
                .row("healing until all nodes are equal", seconds(report.healing()))
                .row("checker", checked)
                .row("lost writes", verdict.lost() + "")
                .row("doubled writes", verdict.doubled() + "")
                .row("values that nobody wrote", verdict.phantoms() + "");
    }

    private static String last(ChaosReport report) {
        return (report.isWell() ? "all was well" : "NOT WELL")
                + ", seed "
                + report.options().seed();
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
