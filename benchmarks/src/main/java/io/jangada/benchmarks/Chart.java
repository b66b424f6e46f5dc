package io.jangada.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Latency against load as SVG: for each contender the 99th percentile at every rate that was
 * offered, both axes logarithmic.
 */
final class Chart {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 540;
    private static final int LEFT = 90;
    private static final int RIGHT = 190;
    private static final int TOP = 40;
    private static final int BOTTOM = 60;
    private static final List<String> COLOURS =
            List.of(
                    "#1b6ca8", "#d1495b", "#3c8d40", "#b8860b", "#7a4fa3", "#00798c", "#8d5524",
                    "#555555", "#c2185b");

    private final Results results;
    private final String workload = new OpenLoad().name();

    Chart(Results results) {
        this.results = results;
    }

    private record Point(double rate, double micros) {}

    /** From where to where an axis goes: whole powers of ten. */
    private record Axis(double from, double to) {
        static Axis around(double[] values) {
            double least = Double.POSITIVE_INFINITY;
            double most = Double.NEGATIVE_INFINITY;
            for (double value : values) {
                least = Math.min(least, Math.floor(Math.log10(value)));
                most = Math.max(most, Math.ceil(Math.log10(value)));
            }
            return new Axis(least, most > least ? most : least + 1);
        }

        /** From 0 to 1. */
        double place(double value) {
            return (Math.log10(value) - from) / (to - from);
        }
    }

    /** The picture; without lines if no such load was measured. */
    String svg(List<String> contenders) {
        List<String> shown = new ArrayList<>();
        List<List<Point>> lines = new ArrayList<>();
        for (String contender : contenders) {
            List<Point> points = points(contender);
            if (!points.isEmpty()) {
                shown.add(contender);
                lines.add(points);
            }
        }
        StringBuilder svg = new StringBuilder();
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                                + " font-family=\"sans-serif\" font-size=\"12\">\n"
                                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
                        WIDTH,
                        HEIGHT));
        text(svg, LEFT, TOP - 16, "start", "Writes of 256 B at fixed rates: 99th percentile");
        if (!lines.isEmpty()) {
            draw(svg, shown, lines);
        }
        return svg.append("</svg>\n").toString();
    }

    private List<Point> points(String contender) {
        List<Point> points = new ArrayList<>();
        for (int share : OpenLoad.SHARES) {
            var rate = results.median(contender, workload, Metric.RATE.at(share).key());
            var micros = results.median(contender, workload, Metric.P99.at(share).key());
            if (rate.isPresent() && micros.isPresent() && rate.get() > 0 && micros.get() > 0) {
                points.add(new Point(rate.get(), micros.get()));
            }
        }
        return points;
    }

    private static void draw(StringBuilder svg, List<String> names, List<List<Point>> lines) {
        Axis rates = Axis.around(all(lines).stream().mapToDouble(Point::rate).toArray());
        Axis micros = Axis.around(all(lines).stream().mapToDouble(Point::micros).toArray());
        for (int power = (int) rates.from(); power <= rates.to(); power++) {
            int x = x(rates, Math.pow(10, power));
            line(svg, x, TOP, x, HEIGHT - BOTTOM);
            text(svg, x, HEIGHT - BOTTOM + 18, "middle", Table.number(Math.pow(10, power)));
        }
        for (int power = (int) micros.from(); power <= micros.to(); power++) {
            int y = y(micros, Math.pow(10, power));
            line(svg, LEFT, y, WIDTH - RIGHT, y);
            text(svg, LEFT - 8, y + 4, "end", Table.number(Math.pow(10, power)));
        }
        text(svg, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, "middle", "writes per second");
        text(svg, LEFT - 8, TOP - 16, "end", "us");
        for (int i = 0; i < lines.size(); i++) {
            String colour = COLOURS.get(i % COLOURS.size());
            StringBuilder path = new StringBuilder();
            for (Point point : lines.get(i)) {
                int x = x(rates, point.rate());
                int y = y(micros, point.micros());
                path.append(x).append(',').append(y).append(' ');
                svg.append(
                        String.format(
                                Locale.ROOT,
                                "<circle cx=\"%d\" cy=\"%d\" r=\"3\" fill=\"%s\"/>\n",
                                x,
                                y,
                                colour));
            }
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\""
                                    + " stroke-width=\"2\"/>\n",
                            path.toString().strip(),
                            colour));
            int y = TOP + 18 * (i + 1);
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"4\" fill=\"%s\"/>\n",
                            WIDTH - RIGHT + 16,
                            y - 6,
                            colour));
            text(svg, WIDTH - RIGHT + 36, y, "start", names.get(i));
        }
    }

    private static List<Point> all(List<List<Point>> lines) {
        return lines.stream().flatMap(List::stream).toList();
    }

    private static int x(Axis axis, double value) {
        return (int) Math.round(LEFT + axis.place(value) * (WIDTH - LEFT - RIGHT));
    }

    private static int y(Axis axis, double value) {
        return (int) Math.round(HEIGHT - BOTTOM - axis.place(value) * (HEIGHT - TOP - BOTTOM));
    }

    private static void line(StringBuilder svg, int x1, int y1, int x2, int y2) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#dddddd\"/>\n",
                        x1,
                        y1,
                        x2,
                        y2));
    }

    private static void text(StringBuilder svg, int x, int y, String anchor, String text) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n",
                        x,
                        y,
                        anchor,
                        text));
    }
}
