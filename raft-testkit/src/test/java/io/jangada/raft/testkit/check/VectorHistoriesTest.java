package io.jangada.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Recorded histories of real systems, with the verdicts that other checkers gave. */
class VectorHistoriesTest {

    /** The build says where; the default holds when tests run in the module's own folder. */
    private static final Path FOLDER =
            Path.of(System.getProperty("jangada.vectors", "../../shared/vectors"))
                    .resolve("histories");

    private record Vector(Path file, String model, int operations, boolean linearizable) {}

    @TestFactory
    Stream<DynamicTest> agreesWithTheRecordedVerdict() throws IOException {
        if (!Files.isDirectory(FOLDER)) {
            return Stream.of(dynamicTest("vectors are absent", () -> skip()));
        }
        List<Vector> vectors = vectors();
        DynamicTest complete =
                dynamicTest(
                        "there are 55 vectors, 13 of them linearizable",
                        () -> {
                            assertEquals(55, vectors.size());
                            assertEquals(13, vectors.stream().filter(Vector::linearizable).count());
                        });
        return Stream.concat(
                Stream.of(complete),
                vectors.stream().map(vector -> dynamicTest(name(vector), () -> check(vector))));
    }

    private static void check(Vector vector) throws IOException {
        History<KvInput, KvOutput> history =
                vector.model().equals("kv")
                        ? VectorHistories.kv(vector.file())
                        : VectorHistories.register(vector.file());
        assertEquals(vector.operations(), history.operations().size());

        Verdict<KvInput, KvOutput> verdict =
                Linearizability.check(new KvModel(), history, Budget.DEFAULT);

        Class<?> expected =
                vector.linearizable() ? Verdict.Linearizable.class : Verdict.NotLinearizable.class;
        assertEquals(expected, verdict.getClass(), verdict::message);
    }

    private static List<Vector> vectors() throws IOException {
        return Files.readAllLines(FOLDER.resolve("verdicts.csv")).stream()
                .skip(1)
                .map(line -> line.split(","))
                .map(
                        field ->
                                new Vector(
                                        FOLDER.resolve(field[0]),
                                        field[1],
                                        Integer.parseInt(field[2]),
                                        Boolean.parseBoolean(field[3])))
                .toList();
    }

    private static String name(Vector vector) {
        return FOLDER.relativize(vector.file())
                + (vector.linearizable() ? " is linearizable" : " is not linearizable");
    }

    private static void skip() {
        String message =
                "SKIPPED: the recorded histories are not in "
                        + FOLDER.toAbsolutePath().normalize()
                        + "; name their folder with -Djangada.vectors=FOLDER";
        System.err.println(message);
        abort(message);
    }
}
