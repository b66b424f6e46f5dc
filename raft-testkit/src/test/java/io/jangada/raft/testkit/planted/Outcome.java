package io.jangada.raft.testkit.planted;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * What became of a planted fault. Kept in a file, so that a later run with more seeds goes on from
 * there as long as no class has changed.
 *
 * @param build fingerprint of all classes, the faulty ones included
 * @param seeds how many seeds of the swarm ran, the one that failed included
 * @param seconds how many simulated seconds that took
 * @param caught what the swarm said; empty if it saw nothing
 * @param tested whether the named tests were asked
 * @param test the named test that failed, and what it said; empty if none did or none was asked
 */
record Outcome(
        String build, long seeds, double seconds, String caught, boolean tested, String test) {
    static final String NOTHING = "";

    static Outcome none(String build) {
        return new Outcome(build, 0, 0, NOTHING, false, NOTHING);
    }

    boolean isCaughtBySwarm() {
        return !caught.isEmpty();
    }

    boolean isCaughtByTest() {
        return !test.isEmpty();
    }

    Outcome afterSeeds(long total, double totalSeconds, String said) {
        return new Outcome(build, total, totalSeconds, said, tested, test);
    }

    Outcome afterTests(String said) {
        return new Outcome(build, seeds, seconds, caught, true, said);
    }

    /** What a message of the simulator blames: an invariant, or the library's own check. */
    String invariant() {
        int end = caught.indexOf(" violated: ");
        if (end < 0 || !caught.startsWith("no fault")) {
            return end < 0 ? caught : caught.substring(0, end);
        }
        return "a check in production: " + caught.replaceFirst(".* stopped on this node: ", "");
    }

    void write(Path file) throws IOException {
        Properties all = new Properties();
        all.setProperty("build", build);
        all.setProperty("seeds", "" + seeds);
        all.setProperty("seconds", "" + seconds);
        all.setProperty("caught", caught);
        all.setProperty("tested", "" + tested);
        all.setProperty("test", test);
        Files.createDirectories(file.getParent());
        try (Writer out = Files.newBufferedWriter(file)) {
            all.store(out, null);
        }
    }

    /** What a file says of the same build, or nothing. */
    static Outcome read(Path file, String build) throws IOException {
        if (!Files.exists(file)) {
            return none(build);
        }
        Properties all = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            all.load(in);
        }
        return build.equals(all.getProperty("build"))
                ? new Outcome(
                        build,
                        Long.parseLong(all.getProperty("seeds")),
                        Double.parseDouble(all.getProperty("seconds")),
                        all.getProperty("caught"),
                        Boolean.parseBoolean(all.getProperty("tested")),
                        all.getProperty("test"))
                : none(build);
    }
}
