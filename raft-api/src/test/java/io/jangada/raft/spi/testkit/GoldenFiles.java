package io.jangada.raft.spi.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Bytes that a version wrote, kept to be read for ever after. They lie in {@code
 * src/test/resources/golden/VERSION/PART}: of each thing its bytes ({@code .bin}) and what was in
 * them, in words ({@code .txt}). What is read today must say all that the text says; it may say
 * more.
 *
 * <p>{@code -Djangada.writeGolden=v2} makes the tests write the set of a new version; a set that is
 * there is never touched.
 */
public final class GoldenFiles {
    private static final String WRITE = "jangada.writeGolden";

    /** Reads what was written. */
    public interface Reader {
        /**
         * Reads it.
         *
         * @param name what it is
         * @param bytes what a version wrote
         * @return a value made of records, lists, maps, entries, bytes and things with a text
         * @throws Exception fails the test
         */
        Object read(String name, byte[] bytes) throws Exception;
    }

    /**
     * One thing that was kept.
     *
     * @param set the version that wrote it
     * @param name what it is
     * @param file its bytes
     */
    public record GoldenFile(String set, String name, Path file) {
        /**
         * Its bytes.
         *
         * @return all of them
         */
        public byte[] bytes() {
            try {
                return Files.readAllBytes(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /**
         * Checks that a value says all that was written down when the bytes were.
         *
         * @param value what was read from them today
         */
        public void check(Object value) {
            try {
                List<String> said = GoldenText.of(value);
                List<String> missing = new ArrayList<>(Files.readAllLines(text(file)));
                missing.removeAll(said);
                assertEquals(List.of(), missing, () -> this + " says now: " + said);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String toString() {
            return set + "/" + name;
        }
    }

    private GoldenFiles() {}

    /**
     * Writes the set of a new version if that was asked for, else does nothing.
     *
     * @param part the folder within the set
     * @param things names and bytes
     * @param reader reads them, for the text
     * @throws Exception if one cannot be read, or the set has this part already
     */
    public static void writeIfAsked(String part, Map<String, byte[]> things, Reader reader)
            throws Exception {
        String set = System.getProperty(WRITE);
        if (set == null) {
            return;
        }
        Path folder = root().resolve(set).resolve(part);
        if (Files.exists(folder)) {
            throw new IllegalStateException(
                    folder
                            + " is there, and what a version wrote is never changed:"
                            + " name the next version");
        }
        Files.createDirectories(folder);
        for (Map.Entry<String, byte[]> thing : things.entrySet()) {
            Path file = folder.resolve(thing.getKey() + ".bin");
            Files.write(file, thing.getValue());
            Files.write(text(file), GoldenText.of(reader.read(thing.getKey(), thing.getValue())));
        }
    }

    /**
     * All that was kept.
     *
     * @param part the folder within each set
     * @return the files of all versions, of which there is at least one
     */
    public static Stream<GoldenFile> all(String part) {
        List<GoldenFile> found = new ArrayList<>();
        for (Path set : list(root())) {
            Path folder = set.resolve(part);
            for (Path file : Files.exists(folder) ? list(folder) : List.<Path>of()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".bin")) {
                    String thing = name.substring(0, name.length() - ".bin".length());
                    found.add(new GoldenFile(set.getFileName().toString(), thing, file));
                }
            }
        }
        if (found.isEmpty()) {
            throw new AssertionError("no golden files of " + part + " below " + root());
        }
        return found.stream();
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path text(Path file) {
        return file.resolveSibling(file.getFileName().toString().replace(".bin", ".txt"));
    }

    private static Path root() {
        return Path.of(System.getProperty("basedir", ""), "src", "test", "resources", "golden");
    }
}
