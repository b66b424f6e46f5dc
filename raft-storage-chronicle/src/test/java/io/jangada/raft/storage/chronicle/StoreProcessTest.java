package io.jangada.raft.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.spi.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs a process of its own, on a real disk: kill -9, locks, JVM flags. */
@Tag("process")
@Tag("long")
class StoreProcessTest {
    private static final List<String> FLAGS = List.of(JvmAccess.FLAGS.split(" "));

    @TempDir Path folder;

    @Test
    void nothingConfirmedIsLostByKillMinus9() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long confirmed = 0;
        for (int kill = 1; kill <= 5; kill++) {
            try (StoreProcess writer =
                    StoreProcess.start(
                            StoreProcess.thisJava(), FLAGS, "write", folder.toString())) {
                confirmed = Math.max(confirmed, Long.parseLong(writer.line()));
                int lines = 50 + random.nextInt(500);
                for (int line = 0; line < lines; line++) {
                    confirmed = Long.parseLong(writer.line());
                }
                writer.kill();
            }
            try (var store = TestLog.openStore(folder);
                    var log = TestLog.open(store, "a")) {
                long last = log.log.lastIndex();
                assertTrue(last >= confirmed, "seed " + seed + ": " + last + " < " + confirmed);
                assertEquals(TestLog.entries(1, last, 1, StoreProcess.PAYLOAD), log.all());
            }
        }
    }

    @Test
    void secondProcessIsRefusedWithTheFirstOnesNumber() throws Exception {
        try (StoreProcess holder =
                StoreProcess.start(StoreProcess.thisJava(), FLAGS, "hold", folder.toString())) {
            assertEquals("holding n1", holder.line());
            StoreException e = assertThrows(StoreException.class, () -> TestLog.openStore(folder));
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains("in use by process " + holder.pid()), message);
            assertTrue(message.contains(folder.toString()), message);
            holder.kill();
        }
        TestLog.openStore(folder).close();
    }

    @Test
    void failedSecondOpeningDoesNotGiveUpTheLockOfTheFirst() throws Exception {
        try (var store = TestLog.openStore(folder)) {
            assertThrows(StoreException.class, () -> TestLog.openStore(folder));
            try (StoreProcess other =
                    StoreProcess.start(StoreProcess.thisJava(), FLAGS, "hold", folder.toString())) {
                String line = other.line();
                assertTrue(line.contains("in use by process"), line);
            }
            assertEquals(TestLog.IDENTITY, store.identity());
        }
    }

    // ---- flags of the JVM
    // ------------------------------------------------------------------------

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
        assertTrue(message.contains("switched off") && message.contains(JvmAccess.FLAGS), message);
    }

    @Test
    void whereOpeningIsImpossibleOneSentenceShowsTheFlags() throws Exception {
        List<String> deny = List.of("--sun-misc-unsafe-memory-access=deny");
        String message = refusal(java25(), deny, "smoke");
        assertTrue(message.contains(JvmAccess.FLAGS), message);
    }

    private void assertSmoke(Path java, List<String> flags, boolean opensFromInside)
            throws Exception {
        try (StoreProcess process = StoreProcess.start(java, flags, "smoke", folder.toString())) {
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
        try (StoreProcess process = StoreProcess.start(java, flags, command, folder.toString())) {
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
