package io.jangada.raft.testkit.planted;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The hunt for one fault: by the swarm, then by the tests that its file names. */
final class Hunt {
    /** Seconds after which a test counts as one that does not end. */
    private static final long TEST_SECONDS = 240;

    /** Most faults are found among these. */
    private static final long BRIEF_SEEDS = 500;

    private final Project project;
    private final PlantedFault fault;
    private final long seedsMax;
    private final long secondsMax;
    private final boolean tests;
    private final Consumer<String> progress;
    private final Path folder;
    private final Path kept;

    /**
     * A hunt that has not begun.
     *
     * @param seedsMax up to which seed the swarm looks for it
     * @param secondsMax for how many real seconds at most
     * @param tests whether the named tests are run if the swarm finds nothing
     * @param progress takes a line now and then
     */
    Hunt(
            Project project,
            PlantedFault fault,
            long seedsMax,
            long secondsMax,
            boolean tests,
            Consumer<String> progress) {
        this.project = project;
        this.fault = fault;
        this.seedsMax = seedsMax;
        this.secondsMax = secondsMax;
        this.tests = tests;
        this.progress = progress;
        this.folder = project.work().resolve(fault.name());
        this.kept = folder.resolve("outcome.properties");
    }

    /** What an earlier hunt in the same build has found. */
    Outcome known() throws IOException {
        FaultyClasses faulty = FaultyClasses.compile(fault, project.root(), project.classPath());
        return Outcome.read(kept, project.fingerprint(faulty.bytes()));
    }

    /** Goes on where an earlier hunt in the same build has stopped. */
    Outcome run() throws IOException, InterruptedException {
        Path classes = folder.resolve("classes");
        FaultyClasses faulty = FaultyClasses.compile(fault, project.root(), project.classPath());
        Files.createDirectories(classes);
        faulty.writeTo(classes);
        Outcome outcome = Outcome.read(kept, project.fingerprint(faulty.bytes()));
        if (fault.swarm() && !outcome.isCaughtBySwarm() && outcome.seeds() < seedsMax) {
            if (outcome.seeds() < BRIEF_SEEDS) {
                outcome = runSeeds(outcome, Math.min(seedsMax, BRIEF_SEEDS), classes);
            }
            if (!outcome.isCaughtBySwarm() && outcome.seeds() < seedsMax) {
                outcome = runSeeds(outcome, seedsMax, classes);
            }
            outcome.write(kept);
        }
        if (tests && !outcome.isCaughtBySwarm() && !outcome.isCaughtByTest()) {
            for (PlantedFault.Tests named : fault.tests()) {
                if (!outcome.isCaughtByTest()) {
                    outcome = outcome.afterTests(runTests(named, classes));
                }
            }
            outcome.write(kept);
        }
        return outcome;
    }

    private Outcome runSeeds(Outcome earlier, long last, Path classes)
            throws IOException, InterruptedException {
        List<String> range = List.of("" + (earlier.seeds() + 1), "" + last);
        boolean brief = last <= BRIEF_SEEDS;
        Process process = start(classes, "raft-testkit", SeedRun.class, brief, range);
        Outcome outcome = earlier;
        try (BufferedReader lines = output(process)) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(secondsMax);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split("\t", 4);
                double seconds = earlier.seconds() + Double.parseDouble(words[2]);
                String said = words[0].equals("caught") ? words[3] : Outcome.NOTHING;
                outcome = earlier.afterSeeds(Long.parseLong(words[1]), seconds, said);
                if (outcome.seeds() % 500 == 0) {
                    progress.accept(fault + ": nothing up to seed " + outcome.seeds());
                }
                if (System.nanoTime() > end) {
                    break;
                }
            }
        } finally {
            process.destroyForcibly();
        }
        return outcome;
    }

    /** Says which test failed, and with what; or nothing if all is well for them. */
    private String runTests(PlantedFault.Tests named, Path classes)
            throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        for (String test : named.names()) {
            names.add(project.fullName(named.module(), test));
        }
        Process process = start(classes, named.module(), NamedTestsRun.class, true, names);
        AtomicLong latestNanos = new AtomicLong(System.nanoTime());
        Thread guard = new Thread(() -> endLate(process, latestNanos), "guard");
        guard.setDaemon(true);
        guard.start();
        String last = null;
        try (BufferedReader lines = output(process)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
                latestNanos.set(System.nanoTime());
            }
        }
        String asked = String.join(", ", named.names()) + " of " + named.module();
        if (last == null) {
            String log = Files.readString(folder.resolve("NamedTestsRun.log"));
            if (log.contains("IllegalArgumentException") || log.contains("NotFoundException")) {
                throw new IllegalArgumentException(fault + ": " + log.lines().findFirst().get());
            }
            return asked + ": the process did not end";
        }
        String[] words = last.split("\t");
        if (words[0].equals("passed") && words[1].equals("0")) {
            throw new IllegalArgumentException(fault + ": no test ran of " + asked);
        }
        return switch (words[0]) {
            case "failed" -> words[1];
            case "at" -> words[1] + ", which did not end";
            default -> Outcome.NOTHING;
        };
    }

    /** A test that a fault keeps from ending is a finding too. */
    private static void endLate(Process process, AtomicLong latestNanos) {
        try {
            while (!process.waitFor(1, TimeUnit.SECONDS)) {
                long silent = System.nanoTime() - latestNanos.get();
                if (silent > TimeUnit.SECONDS.toNanos(TEST_SECONDS)) {
                    process.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }

    private Process start(
            Path classes, String module, Class<?> main, boolean brief, List<String> arguments)
            throws IOException {
        Path log = folder.resolve(main.getSimpleName() + ".log");
        return project.java(classes, module, main, brief, arguments)
                .redirectError(log.toFile())
                .start();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}
