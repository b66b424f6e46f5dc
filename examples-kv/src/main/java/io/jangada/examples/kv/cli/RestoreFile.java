package io.jangada.examples.kv.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The backup that {@code kv restore} put into a data folder for the next start to begin with. */
final class RestoreFile {
    /** Its name in the folder. */
    static final String NAME = "restore.backup";

    private RestoreFile() {}

    /** The file in this folder, or null if there is none. */
    static @Nullable Path in(Path folder) {
        Path file = folder.resolve(NAME);
        return Files.isRegularFile(file) ? file : null;
    }
}
