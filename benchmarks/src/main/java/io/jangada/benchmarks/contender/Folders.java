package io.jangada.benchmarks.contender;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Removes what measurements leave. */
public final class Folders {
    private Folders() {}

    /**
     * Deletes a folder that nobody uses any more.
     *
     * @param folder with all that is in it
     * @throws IOException if that does not work
     */
    public static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
