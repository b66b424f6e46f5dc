package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Chronicle needs of a JVM, in processes with other flags than this one has. */
@Tag("process")
@Tag("long")
class ChronicleProcessTest {
    private static final List<String> FLAGS = List.of(ChronicleStore.FLAGS.split(" "));

    @TempDir Path folder;

    @Test
    void plainJavaNeedsNoFlags() throws Exception {
        assertSmoke(StoreProcess.thisJava(), List.of(), true);
    }

    @Test
    void flagsMakeTheOpeningFromInsideUnnecessary() throws Exception {
        assertSmoke(StoreProcess.thisJava(), FLAGS, false);
    }

    @Test
    void plainJava25NeedsNoFlags() throws Exception {
        assertSmoke(java25(), List.of(), true);
    }

    @Test
    void flagsMakeTheOpeningFromInsideUnnecessaryOnJava25() throws Exception {
        assertSmoke(java25(), FLAGS, false);
    }

    @Test
    void openingFromInsideCanBeForbidden() throws Exception {
        String message = refusal(StoreProcess.thisJava(), List.of(), "smoke-closed");
        assertTrue(
                message.contains("switched off") && message.contains(ChronicleStore.FLAGS),
                message);
    }

    @Test
    void whereOpeningIsImpossibleOneSentenceShowsTheFlags() throws Exception {
        List<String> deny = List.of("--sun-misc-unsafe-memory-access=deny");
        String message = refusal(java25(), deny, "smoke");
        assertTrue(message.contains(ChronicleStore.FLAGS), message);
    }

    private void assertSmoke(Path java, List<String> flags, boolean opensFromInside)
            throws Exception {
        try (StoreProcess process =
                StoreProcess.start(
                        ChronicleProcess.class, java, flags, "smoke", folder.toString())) {
            List<String> lines = process.allLines();
            String all = String.join("\n", lines);
            assertEquals(0, process.exitCode(), all);
            assertTrue(lines.contains("> holds 1000") && lines.contains("> holds 2000"), all);
            assertEquals(
                    opensFromInside ? 1 : 0,
                    lines.stream().filter(line -> line.contains("opened packages")).count(),
                    all);
            // Chronicle's own announcements, and files in the user's home, are switched off.
            assertFalse(all.contains("e-mail") || all.contains("Process id"), all);
        }
    }

    private String refusal(Path java, List<String> flags, String command) throws Exception {
        try (StoreProcess process =
                StoreProcess.start(
                        ChronicleProcess.class, java, flags, command, folder.toString())) {
            List<String> lines = process.allLines();
            return lines.stream()
                    .filter(line -> line.startsWith("> refused: "))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(String.join("\n", lines)));
        }
    }

    /** The java launcher of a Java 25; without one the test is skipped, loudly. */
    private static Path java25() throws IOException {
        Path jvms = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(jvms)) {
            try (Stream<Path> found = Files.list(jvms)) {
                List<Path> javas =
                        found.filter(jvm -> jvm.getFileName().toString().contains("25"))
                                .map(jvm -> jvm.resolve("bin/java"))
                                .filter(Files::isExecutable)
                                .toList();
                if (!javas.isEmpty()) {
                    return javas.get(0);
                }
            }
        }
        String why = "SKIPPED: there is no Java 25 in /usr/lib/jvm";
        System.out.println(why);
        Assumptions.abort(why);
        throw new AssertionError();
    }
}
