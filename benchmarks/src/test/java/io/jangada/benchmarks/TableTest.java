package io.jangada.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From single results to the table, the JSON and the chart. */
class TableTest {
    private static final Workload WRITES = Workloads.named("write-64").orElseThrow();
    private static final Workload SINGLES = Workloads.named("write-1").orElseThrow();
    private static final Workload IDLE_LOG = Workloads.named("index-64").orElseThrow();

    private final Results results = new Results();
    private final List<String> contenders =
            List.of(
                    "floor",
                    "empty",
                    "jangada-chronicle",
                    "jangada-memory",
                    "microraft-memory",
                    "jraft-segment",
                    "ratis-netty");

    private void measured(String contender, Workload workload, double... rounds) {
        Metric metric = workload.metrics().get(0);
        for (int i = 0; i < rounds.length; i++) {
            Result result = new Result(Map.of(metric.key(), rounds[i]));
            results.add(new Results.One(contender, workload.name(), i + 1, result, null));
        }
    }

    private String row(Workload workload, String contender) {
        String text = new Table(results, contenders).text(List.of(workload));
        return text.lines()
                .filter(line -> line.contains(contender))
                .findFirst()
                .orElseThrow()
                .strip()
                .replaceAll(" +", " ");
    }

    @Test
    void ratiosAreOfMediansToTheBestOfThoseWithTheSameDurability() {
        measured("floor", WRITES, 100_000);
        measured("empty", WRITES, 9_000_000);
        measured("jangada-chronicle", WRITES, 60_000, 10_000, 50_000);
        measured("jangada-memory", WRITES, 300_000);
        measured("microraft-memory", WRITES, 100_000);
        measured("jraft-segment", WRITES, 20_000, 30_000);
        measured("ratis-netty", WRITES, 10_000);

        assertEquals(
                "jangada-chronicle disk 50,000 (10,000..60,000) - - - - - 2.00 0.50",
                row(WRITES, "jangada-chronicle"));
        assertEquals(
                "jangada-memory memory 300,000 (300,000..300,000) - - - - - 3.00 3.00",
                row(WRITES, "jangada-memory"));
        assertEquals(
                "ratis-netty disk 10,000 (10,000..10,000) - - - - - 0.40 0.10",
                row(WRITES, "ratis-netty"));
        assertEquals(
                "empty - 9,000,000 (9,000,000..9,000,000) - - - - - - -", row(WRITES, "empty"));
    }

    @Test
    void theBestTimeIsTheLeast() {
        measured("jangada-chronicle", SINGLES, 300);
        measured("jraft-segment", SINGLES, 900);
        measured("ratis-netty", SINGLES, 600);

        assertEquals(
                Optional.of("ratis-netty"),
                new Table(results, contenders).bestPeer(SINGLES, "jangada-chronicle"));
        assertTrue(row(SINGLES, "jangada-chronicle").endsWith(" 0.50 -"));
    }

    @Test
    void whoSkipsTheQuorumIsShownAndNotCompared() {
        measured("jangada-chronicle", IDLE_LOG, 200);
        measured("jraft-segment", IDLE_LOG, 100);
        measured("ratis-netty", IDLE_LOG, 100_000);

        assertTrue(row(IDLE_LOG, "jangada-chronicle").endsWith(" 2.00 -"));
        assertTrue(row(IDLE_LOG, "ratis-netty").endsWith(" - -"));
        assertTrue(
                new Table(results, contenders)
                        .text(List.of(IDLE_LOG))
                        .contains("ratis-netty: answers without a quorum here"));
    }

    @Test
    void whatFailedIsSaidAndTheRestCounts() {
        measured("jraft-segment", WRITES, 100);
        results.add(new Results.One("jraft-segment", WRITES.name(), 2, null, "no end after 9 s"));
        results.add(new Results.One("ratis-netty", WRITES.name(), 1, null, "broken"));

        String text = new Table(results, contenders).text(List.of(WRITES));

        assertTrue(row(WRITES, "jraft-segment").startsWith("jraft-segment disk 100 "));
        assertTrue(row(WRITES, "ratis-netty").startsWith("ratis-netty disk - - "));
        assertTrue(text.contains("  jraft-segment: no end after 9 s\n"));
        assertTrue(text.contains("  ratis-netty: broken\n"));
    }

    @ParameterizedTest
    @CsvSource({
        "123456.7, '123,457'",
        "99.96, 100.0",
        "12.34, 12.3",
        "1.234, 1.23",
        "0.1234, 0.123",
        "0, 0"
    })
    void numbersHaveThreeDigitsThatCount(double value, String text) {
        assertEquals(text, Table.number(value));
    }

    @Test
    void jsonHoldsEveryMeasurement() {
        measured("floor", WRITES, 1.5);
        results.add(new Results.One("empty", WRITES.name(), 1, null, "a \"b\"\n"));

        String json = new Json(Scale.DEFAULT.settings()).text(results);

        assertTrue(
                json.contains(
                        "{\"contender\": \"floor\", \"workload\": \"write-64\", \"round\": 1,"
                                + " \"values\": {\"rate\": 1.5}},\n"),
                json);
        assertTrue(json.contains("\"failure\": \"a \\\"b\\\"\\u000a\"}"), json);
    }

    @Test
    void theChartIsXmlWithALineForEachContenderMeasured() throws Exception {
        for (String contender : List.of("jangada-chronicle", "jraft-segment")) {
            Map<String, Double> values = new TreeMap<>();
            for (int share : OpenLoad.SHARES) {
                values.put(Metric.RATE.at(share).key(), share * 100.0);
                values.put(Metric.P99.at(share).key(), 500.0 + share);
            }
            results.add(new Results.One(contender, "open-load", 1, new Result(values), null));
        }

        String svg = new Chart(results).svg(contenders);

        var document =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertEquals(2, document.getElementsByTagName("polyline").getLength());
        assertEquals(
                2 * OpenLoad.SHARES.size(), document.getElementsByTagName("circle").getLength());
    }

    @Test
    void theChartOfNothingIsStillAPicture() {
        assertTrue(new Chart(results).svg(contenders).endsWith("</svg>\n"));
    }
}
