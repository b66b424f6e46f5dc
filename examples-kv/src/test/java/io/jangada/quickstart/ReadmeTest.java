package io.jangada.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the pages show is what the compiler sees: code between markers in this package stands in
 * them word for word, and the files and tests that they name exist.
 */
class ReadmeTest {
    private static final Path ROOT = root();

    private static final Pattern REGION =
            Pattern.compile(
                    "^ *// (README|spi-guide|testing): (?!end)([^\\n]+)\\n(.*?)\\n *// \\1: end$",
                    Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern TEST_NAME =
            Pattern.compile("`([A-Z]\\w*(?:Test|IT|Contract|Properties|Figures|Measurement))`");

    /** Code between markers, without the indentation that all its lines share. */
    private record Region(String page, String name, String code) {
        Path file() {
            return page.equals("README") ? ROOT.resolve("README.md") : docs().resolve(page + ".md");
        }

        @Override
        public String toString() {
            return page + ": " + name;
        }
    }

    static Stream<Region> regions() throws IOException {
        List<Region> regions = new ArrayList<>();
        for (Path source : sources()) {
            REGION.matcher(Files.readString(source))
                    .results()
                    .map(ReadmeTest::region)
                    .forEach(regions::add);
        }
        return regions.stream();
    }

    private static Region region(MatchResult found) {
        return new Region(found.group(1), found.group(2), found.group(3).stripIndent());
    }

    @Test
    void everyMarkerBelongsToARegion() throws IOException {
        long markers = 0;
        for (Path source : sources()) {
            markers +=
                    Files.readAllLines(source).stream()
                            .filter(line -> line.matches(" *// (README|spi-guide|testing): .*"))
                            .count();
        }
        assertEquals(2 * regions().count(), markers);
        assertTrue(markers > 0, "no region was found at all");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("regions")
    void codeStandsInThePageWordForWord(Region region) throws IOException {
        String page = Files.readString(region.file());
        assertTrue(
                page.contains("\n" + region.code() + "\n"),
                () -> region.file() + " does not contain, line for line:\n" + region.code());
    }

    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        pages.add(ROOT.resolve("README.md"));
        pages.add(ROOT.resolve("CONTRIBUTING.md"));
        try (Stream<Path> files = Files.list(docs())) {
            files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void linksLeadToFiles(Path page) throws IOException {
        Set<String> broken =
                LINK.matcher(Files.readString(page))
                        .results()
                        .map(link -> link.group(1))
                        .filter(link -> !Files.exists(page.resolveSibling(link)))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of(), broken);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void testsThatAreNamedExist(Path page) throws IOException {
        Set<String> known = testClasses();
        Set<String> missing =
                TEST_NAME
                        .matcher(Files.readString(page))
                        .results()
                        .map(name -> name.group(1))
                        .filter(name -> !known.contains(name))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of(), missing);
    }

    @Test
    void readmeIsShort() throws IOException {
        assertTrue(Files.readAllLines(ROOT.resolve("README.md")).size() < 150);
    }

    private static Set<String> testClasses() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path tests : modules.map(module -> module.resolve("src/test/java")).toList()) {
                if (Files.isDirectory(tests)) {
                    try (Stream<Path> files = Files.walk(tests)) {
                        files.map(file -> file.getFileName().toString())
                                .filter(name -> name.endsWith(".java"))
                                .forEach(name -> names.add(name.substring(0, name.length() - 5)));
                    }
                }
            }
        }
        assertFalse(names.isEmpty());
        return names;
    }

    /** The sources of this package, but for this file, which speaks of markers. */
    private static List<Path> sources() throws IOException {
        Path here = ROOT.resolve("examples-kv/src/test/java/io/jangada/quickstart");
        try (Stream<Path> files = Files.list(here)) {
            return files.filter(file -> !file.endsWith("ReadmeTest.java")).sorted().toList();
        }
    }

    private static Path docs() {
        return ROOT.resolve("docs");
    }

    /** Tests run in the folder of their module, or above. */
    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolve("raft-api"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new AssertionError("this is not run within the repository");
        }
        return folder;
    }
}
