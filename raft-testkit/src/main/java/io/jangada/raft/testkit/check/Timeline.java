package io.jangada.raft.testkit.check;

import io.jangada.raft.testkit.check.Model.Partition;
import io.jangada.raft.testkit.check.Verdict.NotLinearizable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Draws a history and what is wrong with it: an HTML page without any other file, on which each
 * client has a line, each operation a bar from call to answer, and each bar a tooltip that says all
 * about it.
 *
 * <p>Of a history that is not linearizable it shows the partition of the conflict. The answer that
 * nothing explains is red; what was open then and is in no order that leads there is orange; dots
 * show where in the longest order the other operations took effect. Distances are those of events,
 * not of time, so that a busy millisecond is as readable as a quiet second; times stand above. Of
 * very long histories it shows what is near the conflict.
 */
public final class Timeline {
    private static final String STYLE =
            """
            body{font:14px/1.45 system-ui,sans-serif;margin:20px;color:#1b1f24;background:#fff}
            pre{background:#f6f8fa;padding:12px;overflow-x:auto;border-radius:6px}
            .picture{overflow:auto;border:1px solid #d0d7de;border-radius:6px;max-height:80vh}
            svg text{font:11px ui-monospace,monospace;pointer-events:none}
            .legend span{display:inline-block;margin-right:18px}
            .legend i{display:inline-block;width:22px;height:12px;margin-right:6px;border-radius:3px;\
            vertical-align:-1px}
            .op{stroke:#57606a;stroke-width:1}.op:hover{stroke-width:3}
            .write,i.write{fill:#9ecbff;background:#9ecbff}
            .read,i.read{fill:#b7e4c0;background:#b7e4c0}
            .unknown,i.unknown{fill:#eaeef2;background:#eaeef2;stroke-dasharray:4 3}
            .failed,i.failed{fill:#fff;background:#fff;outline:1px dashed #57606a;stroke-dasharray:1 3}
            .pending,i.pending{fill:#ffb77c;background:#ffb77c}
            .culprit,i.culprit{fill:#ff6b6b;background:#ff6b6b;stroke:#8b0000;stroke-width:3}
            .later{opacity:.45}
            .order{fill:none;stroke:#57606a;stroke-width:.6;opacity:.6}.dot{fill:#1b1f24}
            .lane{stroke:#eaeef2}.axis{fill:#57606a}
            .end{stroke:#8b0000;stroke-width:1.5;stroke-dasharray:6 3}.endname{fill:#8b0000}
            .fault{stroke:#8250df;stroke-width:1.5}.faultname{fill:#8250df}
            """;

    private Timeline() {}

    /**
     * Draws a history.
     *
     * @param title heads the page
     * @param model what it was checked against
     * @param history what was checked
     * @param verdict what the check came to
     * @param <S> state of the model
     * @param <I> what can be asked
     * @param <O> what can come back
     * @return HTML, the same for the same arguments
     */
    public static <S, I, O> String html(
            String title, Model<S, I, O> model, History<I, O> history, Verdict<I, O> verdict) {
        return html(title, model, history, verdict, verdict.message());
    }

    /** The same with other words about the verdict. */
    static <S, I, O> String html(
            String title,
            Model<S, I, O> model,
            History<I, O> history,
            Verdict<I, O> verdict,
            String message) {
        List<Operation<I, O>> operations = history.operations();
        NotLinearizable<I, O> conflict = null;
        if (verdict instanceof NotLinearizable<I, O> no) {
            conflict = no;
            for (Partition<I, O> part : Linearizability.partitions(model, history)) {
                if (part.name().equals(no.partition())) {
                    operations = part.operations();
                }
            }
        }
        TimelineLayout layout =
                new TimelineLayout(
                        operations,
                        history.faults(),
                        conflict == null ? Operation.NEVER : conflict.culprit().end());
        StringBuilder page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n");
        page.append("<meta charset=\"utf-8\">\n<title>").append(escape(title));
        page.append("</title>\n<style>\n").append(STYLE).append("</style>\n</head>\n<body>\n<h1>");
        page.append(escape(title)).append("</h1>\n<pre>").append(escape(message));
        page.append("</pre>\n");
        legend(page, conflict != null, layout);
        page.append("<div class=\"picture\">\n");
        new Picture<>(page, model, layout, conflict).draw();
        page.append("</div>\n");
        if (conflict != null) {
            page.append("<script>document.getElementById('conflict').scrollIntoView(");
            page.append("{block:'nearest',inline:'center'})</script>\n");
        }
        return page.append("</body>\n</html>\n").toString();
    }

    private static void legend(StringBuilder page, boolean conflict, TimelineLayout layout) {
        page.append("<p class=\"legend\">");
        String[][] entries = {
            {"write", "changes something"},
            {"read", "changes nothing"},
            {"unknown", "of unknown outcome"},
            {"failed", "failed for certain"},
            {"pending", "open at the conflict, in no order that leads there"},
            {"culprit", "the answer that nothing explains"}
        };
        for (String[] entry : entries) {
            if (conflict || !entry[0].equals("pending") && !entry[0].equals("culprit")) {
                page.append("<span><i class=\"").append(entry[0]).append("\"></i>");
                page.append(entry[1]).append("</span>");
            }
        }
        if (layout.hidden() > 0) {
            page.append("<span>").append(layout.hidden());
            page.append(" operations far from the conflict are not drawn</span>");
        }
        page.append("</p>\n");
        if (conflict) {
            page.append("<p><a href=\"#conflict\">To the conflict</a></p>\n");
        }
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.append(c < ' ' && c != '\n' || c == 0x7f ? '\ufffd' : c);
            }
        }
        return escaped.toString();
    }

    /** The drawing, as SVG. */
    private static final class Picture<S, I, O> {
        private final StringBuilder out;
        private final Model<S, I, O> model;
        private final TimelineLayout layout;

        /** Where in the longest order an operation stands, from 1, by position of its call. */
        private final Map<Long, Integer> order = new HashMap<>();

        private final Set<Long> pending = new HashSet<>();
        private final @Nullable NotLinearizable<I, O> conflict;
        private final long culprit;
        private final long conflictEnd;

        Picture(
                StringBuilder out,
                Model<S, I, O> model,
                TimelineLayout layout,
                @Nullable NotLinearizable<I, O> conflict) {
            this.out = out;
            this.model = model;
            this.layout = layout;
            this.conflict = conflict;
            this.culprit = conflict == null ? -1 : conflict.culprit().call();
            this.conflictEnd = conflict == null ? Operation.NEVER : conflict.culprit().end();
            if (conflict != null) {
                for (Operation<I, O> operation : conflict.prefix()) {
                    order.put(operation.call(), order.size() + 1);
                }
                conflict.pending().forEach(operation -> pending.add(operation.call()));
            }
        }

        @SuppressWarnings("unchecked") // The layout holds what it was given.
        void draw() {
            int width = layout.width();
            int height = layout.height();
            out.append(
                    format(
                            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\">\n",
                            width, height));
            layout.ticks()
                    .forEach(
                            tick ->
                                    out.append(
                                            format(
                                                    "<text class=\"axis\" x=\"%d\" y=\"12\">%s</text>\n",
                                                    tick.x(), tick.text())));
            for (TimelineLayout.Lane lane : layout.lanes()) {
                out.append(
                        format(
                                "<line class=\"lane\" x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%2$d\"/>\n",
                                width, lane.y() + TimelineLayout.BAR / 2));
                out.append(
                        format(
                                "<text class=\"axis\" x=\"4\" y=\"%d\">%s</text>\n",
                                lane.y() + 13, escape(lane.name())));
            }
            layout.faults().forEach(this::fault);
            layout.bars().forEach(bar -> bar((TimelineLayout.Bar<I, O>) bar));
            orderLine();
            if (conflict != null) {
                conflictLine(conflict);
            }
            out.append("</svg>\n");
        }

        /** Where the culprit ended; names it too, as its bar may be too narrow to. */
        private void conflictLine(NotLinearizable<I, O> conflict) {
            int x = layout.x(conflict.culprit().end());
            int height = layout.height();
            out.append(
                    format(
                            "<line class=\"end\" x1=\"%d\" x2=\"%1$d\" y1=\"16\" y2=\"%d\"/>\n",
                            x, height));
            out.append(
                    format(
                            "<text class=\"endname\" x=\"%d\" y=\"%d\">%s</text>\n",
                            x + 4, height - 4, escape(label(conflict.culprit()))));
        }

        private void fault(TimelineLayout.Mark mark) {
            out.append(
                    format(
                            "<g><title>%s</title><line class=\"fault\" x1=\"%d\" x2=\"%2$d\" y1=\"16\"",
                            escape(mark.title()), mark.x()));
            out.append(
                    format(
                            " y2=\"%d\"/><text class=\"faultname\" x=\"%d\" y=\"%d\">%s</text></g>\n",
                            layout.height(),
                            mark.x() + 3,
                            layout.height() - 4,
                            escape(mark.name())));
        }

        private void bar(TimelineLayout.Bar<I, O> bar) {
            Operation<I, O> operation = bar.operation();
            int width = Math.max(4, bar.right() - bar.left());
            boolean isCulprit = operation.call() == culprit;
            out.append(isCulprit ? "<g id=\"conflict\">" : "<g>");
            out.append("<title>").append(escape(tooltip(operation))).append("</title>");
            out.append(
                    format(
                            "<rect class=\"op %s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\"/>",
                            style(operation), bar.left(), bar.y(), width, TimelineLayout.BAR));
            String label = TimelineLayout.fitting(label(operation), width);
            if (!label.isEmpty()) {
                out.append(
                        format(
                                "<text x=\"%d\" y=\"%d\">%s</text>",
                                bar.left() + 4, bar.y() + 13, escape(label)));
            }
            out.append("</g>\n");
        }

        private String style(Operation<I, O> operation) {
            if (operation.call() == culprit) {
                return "culprit";
            }
            if (pending.contains(operation.call())) {
                return "pending";
            }
            String later = operation.call() > conflictEnd ? " later" : "";
            return switch (operation.status()) {
                case FAIL -> "failed" + later;
                case INFO -> "unknown" + later;
                case OK ->
                        (model.isReadOnly(operation.input(), operation.output()) ? "read" : "write")
                                + later;
            };
        }

        private static String label(Operation<?, ?> operation) {
            Object answer = operation.output();
            return operation.input() + (answer == null ? "" : " \u2192 " + answer);
        }

        private String tooltip(Operation<I, O> operation) {
            StringBuilder text = new StringBuilder(operation.toString());
            text.append("\ncalled at ").append(layout.time(operation.callNanos()));
            if (operation.end() != Operation.NEVER) {
                text.append(", ended at ").append(layout.time(operation.endNanos()));
            }
            Integer place = order.get(operation.call());
            if (place != null) {
                text.append("\nnumber ").append(place).append(" of the longest order");
            }
            return text.toString();
        }

        /** Each operation of the order took effect behind the one before it, within its bar. */
        private void orderLine() {
            Map<Integer, TimelineLayout.Bar<?, ?>> placed = new HashMap<>();
            for (TimelineLayout.Bar<?, ?> bar : layout.bars()) {
                Integer place = order.get(bar.operation().call());
                if (place != null) {
                    placed.put(place, bar);
                }
            }
            StringBuilder points = new StringBuilder();
            StringBuilder dots = new StringBuilder();
            int x = 0;
            for (int place = 1; place <= order.size(); place++) {
                TimelineLayout.Bar<?, ?> bar = placed.get(place);
                if (bar != null) {
                    x = Math.max(x + 1, Math.min(Math.max(x + 3, bar.left() + 5), bar.right() - 2));
                    int y = bar.y() + TimelineLayout.BAR - 4;
                    points.append(x).append(',').append(y).append(' ');
                    dots.append(
                            format(
                                    "<circle class=\"dot\" cx=\"%d\" cy=\"%d\" r=\"2.5\"/>\n",
                                    x, y));
                }
            }
            if (points.length() > 0) {
                out.append("<polyline class=\"order\" points=\"");
                out.append(points.toString().strip()).append("\"/>\n").append(dots);
            }
        }
    }
}
