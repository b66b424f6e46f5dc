package io.jangada.raft.impl.core;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Test vectors of other projects, which lie outside the repository. */
final class Vectors {
    private Vectors() {}

    /** A folder of vectors; without it the test is skipped, and says so loudly. */
    static Path folder(String name) {
        Path folder = Path.of(System.getProperty("jangada.vectors", "../../shared/vectors"), name);
        if (!Files.isDirectory(folder)) {
            String message =
                    "SKIPPED: no test vectors in "
                            + folder.toAbsolutePath().normalize()
                            + "; name their folder with -Djangada.vectors=...";
            System.err.println(message);
            Assumptions.abort(message);
        }
        return folder;
    }
}
