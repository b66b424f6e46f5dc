package io.jangada.raft.testkit.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The patches do not rot: each still fits and compiles, and some that are caught within a few seeds
 * still are. {@link PlantedFaultsReport} hunts all of them.
 */
@Tag("long")
class PlantedFaultsTest {
    private final Project project = Project.find();

    @Test
    void everyPatchFitsAndCompiles() throws Exception {
        List<String> complaints =
                PlantedFault.readAll(project.patches()).parallelStream()
                        .map(this::complaint)
                        .filter(Objects::nonNull)
                        .toList();
        assertEquals(List.of(), complaints);
    }

    @Test
    void everyNamedTestExists() throws Exception {
        List<String> missing = new ArrayList<>();
        for (PlantedFault fault : PlantedFault.readAll(project.patches())) {
            for (PlantedFault.Tests tests : fault.tests()) {
                for (String name : tests.names()) {
                    if (!project.hasTest(tests.module(), name)) {
                        missing.add(fault + ": " + name + " of " + tests.module());
                    }
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    private String complaint(PlantedFault fault) {
        try {
            FaultyClasses.compile(fault, project.root(), project.classPath());
            return null;
        } catch (Exception e) {
            return e.getMessage();
        }
    }

    @ParameterizedTest(name = "{0} is caught by {1}")
    @CsvSource({
        "z1-replies-before-the-vote-is-durable, I12 facts are durable",
        "z11-older-entries-are-committed-by-counting, I8 current-term commit",
        "z16-match-index-falls, I13 progress is true",
        "z15-commits-all-that-it-has, I6 committed is immutable",
        "z12-reads-before-the-first-own-commit, I16 linearizability"
    })
    void someAreCaughtWithinAFewSeeds(String name, String invariant) throws Exception {
        PlantedFault fault = PlantedFault.read(project.patches().resolve(name + ".patch"));
        Files.deleteIfExists(project.work().resolve(name).resolve("outcome.properties"));
        Outcome outcome = new Hunt(project, fault, 60, 60, false, line -> {}).run();
        assertTrue(outcome.isCaughtBySwarm(), outcome.toString());
        assertEquals(invariant, outcome.invariant());
    }

    @Test
    void aPatchSaysWhatIsWrongWithIt() {
        assertComplaint("x changes nothing", "rule: Z1\nfault: none");
        assertComplaint("x must say 'rule:' once", "fault: f\n--- A.java\na\n--- becomes\nb");
        assertComplaint("x: what is 'rules'?", "rules: Z1\n--- A.java\na\n--- becomes\nb");
        assertComplaint("x does not say what to find in A.java", "rule: Z1\nfault: f\n--- A.java");
        PlantedFault nowhere =
                PlantedFault.parse("x", "rule: Z1\nfault: f\n--- No.java\na\n--- becomes\nb");
        assertEquals(
                "x: there is no No.java",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> nowhere.patchedSources(Path.of("/")))
                        .getMessage());
    }

    private static void assertComplaint(String complaint, String text) {
        assertEquals(
                complaint,
                assertThrows(IllegalArgumentException.class, () -> PlantedFault.parse("x", text))
                        .getMessage());
    }

    @Test
    void theCommandLineSaysWhatIsWrongWithIt() {
        assertEquals(
                "'--seed' is no option; there are [--seeds, --cores, --minutes, --only, --tests,"
                        + " --hunt, --report]",
                complaintAbout("--seed", "5"));
        assertEquals("--only needs a value", complaintAbout("--only"));
        assertEquals(
                "--cores needs a number from 1 to 999999999, not 'all'",
                complaintAbout("--cores", "all"));
        assertEquals(
                "no fault's name begins with [nothing]",
                assertThrows(
                                IllegalArgumentException.class,
                                () ->
                                        PlantedFaults.run(
                                                PlantedFaults.Options.of("--only", "nothing")))
                        .getMessage());
    }

    private static String complaintAbout(String... arguments) {
        return assertThrows(
                        IllegalArgumentException.class, () -> PlantedFaults.Options.of(arguments))
                .getMessage();
    }
}
