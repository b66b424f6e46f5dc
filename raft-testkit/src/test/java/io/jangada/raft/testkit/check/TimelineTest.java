package io.jangada.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.testkit.check.HistoryGenerator.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * The page is compared with one that somebody has looked at; {@code -Djangada.writeTimeline=true}
 * writes it anew.
 */
class TimelineTest {
    private static final String GOLDEN = "timeline.html";

    /** Two clients, one of unknown outcome, a cut, a refusal, and a read of what was replaced. */
    private static final String HISTORY =
            """
            {"i":0,"t":1000000,"p":1,"type":"invoke","f":"put","k":"a","v":"<1>","node":"n1"}
            {"i":1,"t":2500000,"p":1,"type":"ok","f":"put","k":"a"}
            {"i":2,"t":2600000,"p":2,"type":"invoke","f":"get","k":"a"}
            {"i":3,"t":2700000,"p":1,"type":"invoke","f":"put","k":"a","v":"2","s":"7:1"}
            {"i":4,"t":3000000,"p":2,"type":"ok","f":"get","k":"a","v":"<1>"}
            {"i":5,"t":3100000,"p":"nemesis","type":"info","f":"cut","v":["n1","n2|n3"]}
            {"i":6,"t":3200000,"p":1,"type":"info","f":"put","k":"a","error":"timeout"}
            {"i":7,"t":3300000,"p":3,"type":"invoke","f":"put","k":"a","v":"2","s":"7:1"}
            {"i":8,"t":3400000,"p":2,"type":"invoke","f":"put","k":"b","v":"x"}
            {"i":9,"t":3500000,"p":3,"type":"ok","f":"put","k":"a"}
            {"i":10,"t":3600000,"p":3,"type":"invoke","f":"cas","k":"a","old":"9","new":"3"}
            {"i":11,"t":3700000,"p":2,"type":"fail","f":"put","k":"b","error":"not leader"}
            {"i":12,"t":3800000,"p":3,"type":"ok","f":"cas","k":"a","v":false}
            {"i":13,"t":3900000,"p":2,"type":"invoke","f":"get","k":"a"}
            {"i":14,"t":3950000,"p":3,"type":"invoke","f":"append","k":"a","v":"&"}
            {"i":15,"t":4000000,"p":2,"type":"ok","f":"get","k":"a","v":"<1>"}
            {"i":16,"t":4100000,"p":2,"type":"invoke","f":"get","k":"a"}
            """;

    private static String page() throws IOException {
        History<KvInput, KvOutput> history = KvHistoryFile.read(new StringReader(HISTORY), "text");
        return KvCheck.check(history, Budget.DEFAULT).timeline("a < b");
    }

    @Test
    void drawsTheConflictAsItDidBefore() throws IOException {
        if (Boolean.getBoolean("jangada.writeTimeline")) {
            Files.writeString(
                    Path.of(
                            System.getProperty("basedir", "."),
                            "src/test/resources/golden",
                            GOLDEN),
                    page());
            return;
        }
        try (InputStream in = TimelineTest.class.getResourceAsStream("/golden/" + GOLDEN)) {
            assertEquals(new String(in.readAllBytes(), StandardCharsets.UTF_8), page());
        }
    }

    @Test
    @ResourceLock(Resources.LOCALE)
    void looksTheSameInAnyLocale() throws IOException {
        String here = page();
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertEquals(here, page());
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void needsNothingFromElsewhereAndHidesNoMarkup() throws IOException {
        String page = page();
        assertFalse(
                Pattern.compile("(src|href)=\"(?!#)|@import|url\\(").matcher(page).find(), page);
        assertFalse(page.contains("<1>"), "a value must not become an element");
        assertTrue(page.contains("id=\"conflict\""), page);
        assertTrue(page.contains("attempts=2"), "attempts of one write are one bar");
    }

    @Test
    void longHistoriesAreDrawnAroundTheConflict() {
        History<KvInput, KvOutput> sound =
                HistoryGenerator.generate(7, new Shape(5, 1, 4_000, 0, 0));
        List<Operation<KvInput, KvOutput>> operations = new ArrayList<>(sound.operations());
        for (int i = 3_000; i < operations.size(); i++) {
            if (operations.get(i).output() instanceof KvOutput.Value) {
                operations.set(
                        i, Specimen.answered(operations.get(i), new KvOutput.Value("phantom")));
                break;
            }
        }
        History<KvInput, KvOutput> history = new History<>(operations, List.of());
        String page = KvCheck.check(history, Budget.DEFAULT).timeline("long");
        long bars = Pattern.compile("<rect ").matcher(page).results().count();
        assertEquals(1_500, bars);
        assertTrue(page.contains("2500 operations far from the conflict are not drawn"));
        assertTrue(page.contains("id=\"conflict\""));
        assertTrue(page.length() < 1_000_000, "the page has " + page.length() + " characters");
    }

    @Test
    void whatIsLinearizableIsDrawnToo() {
        String page =
                KvCheck.check(
                                HistoryGenerator.generate(1, new Shape(3, 2, 50, 50, 50)),
                                Budget.DEFAULT)
                        .timeline("fine");
        assertEquals(50, Pattern.compile("<rect ").matcher(page).results().count());
        assertFalse(page.contains("id=\"conflict\""));
    }
}
