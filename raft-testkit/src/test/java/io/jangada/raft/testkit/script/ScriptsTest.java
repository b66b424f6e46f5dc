package io.jangada.raft.testkit.script;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Scenarios S1 to S48 as scripts, one test for each file. {@code -Dscripts.rewrite=true} records
 * what they show, {@code -Dscript=s05} runs those whose names begin like that.
 */
class ScriptsTest {
    private static final Path FOLDER = Path.of("src/test/resources/scripts");

    /** Held, since the logging system forgets the level of a logger that nobody holds. */
    private static final Logger LIBRARY = Logger.getLogger("io.jangada.raft.impl");

    @TestFactory
    Stream<DynamicTest> scenario() {
        LIBRARY.setLevel(Level.OFF);
        String only = System.getProperty("script", "");
        return SimScript.in(FOLDER).stream()
                .filter(file -> file.getFileName().toString().startsWith(only))
                .map(
                        file ->
                                dynamicTest(
                                        "" + file.getFileName(), () -> SimScript.of(file).check()));
    }

    @Test
    void thereAreManyAndEachSaysWhatItShows() {
        List<Path> files = SimScript.in(FOLDER);
        assertTrue(files.size() >= 30, "only " + files.size() + " scripts");
        for (Path file : files) {
            String name = "" + file.getFileName();
            List<ScriptText.Block> blocks = new ScriptText(name, SimScript.read(file)).blocks();
            assertTrue(
                    blocks.get(0).lines().get(0).isComment(), name + " begins without a comment");
        }
    }
}
