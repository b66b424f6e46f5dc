package io.jangada.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import io.jangada.architecture.specimen.raft.api.Shapes;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The public API stands in {@code docs/api}, a file per module: whoever changes it sees that, and
 * so does whoever reviews the change. {@code -Djangada.writeApi=true} writes the files anew.
 */
class PublicApiTest {
    private static final String COMMAND =
            "mvn test -Dquick -pl examples-kv -am -Dtest=PublicApiTest"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Djangada.writeApi=true";

    /** Packages whose public types are for users, without those below them. */
    private record Module(String name, List<String> packages) {
        Path file() {
            return Path.of(System.getProperty("basedir", ""), "..", "docs", "api", name + ".txt");
        }

        String text() {
            List<Class<?>> types = new ArrayList<>();
            packages.forEach(name -> types.addAll(typesOf(name)));
            return ApiText.of(types);
        }

        private static List<Class<?>> typesOf(String packageName) {
            List<Class<?>> types = new ArrayList<>();
            ClassLoader loader = PublicApiTest.class.getClassLoader();
            try {
                for (URL folder : Collections.list(loader.getResources(path(packageName)))) {
                    if (!folder.toString().matches(".*(/test-classes/|-tests\\.jar).*")) {
                        classFiles(folder).forEach(name -> types.add(load(packageName, name)));
                    }
                }
            } catch (IOException | URISyntaxException e) {
                throw new AssertionError("cannot list " + packageName, e);
            }
            assertFalse(types.isEmpty(), packageName + " is not there");
            return types;
        }

        private static String path(String packageName) {
            return packageName.replace('.', '/');
        }

        /** Of a folder of classes or of a jar, whichever Maven made so far. */
        private static List<String> classFiles(URL folder) throws IOException, URISyntaxException {
            if (!folder.getProtocol().equals("jar")) {
                return classFiles(Path.of(folder.toURI()));
            }
            String[] jarAndPath = folder.toString().split("!");
            try (FileSystem jar = FileSystems.newFileSystem(URI.create(jarAndPath[0]), Map.of())) {
                return classFiles(jar.getPath(jarAndPath[1]));
            }
        }

        private static List<String> classFiles(Path folder) throws IOException {
            try (Stream<Path> files = Files.list(folder)) {
                return files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".class") && !name.contains("-info"))
                        .map(name -> name.replace(".class", ""))
                        .toList();
            }
        }

        private static Class<?> load(String packageName, String name) {
            return load(packageName + "." + name);
        }

        private static Class<?> load(String name) {
            try {
                return Class.forName(name, false, PublicApiTest.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new AssertionError(name + " was found and is not there", e);
            }
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Module> modules() {
        return Stream.of(
                new Module("raft-api", List.of("io.jangada.raft.api", "io.jangada.raft.spi")),
                new Module(
                        "raft-impl",
                        List.of("io.jangada.raft.impl", "io.jangada.raft.impl.memory")),
                new Module("raft-transport-netty", List.of("io.jangada.raft.transport.netty")),
                new Module("raft-storage-segment", List.of("io.jangada.raft.storage.segment")),
                new Module("raft-storage-chronicle", List.of("io.jangada.raft.storage.chronicle")),
                new Module(
                        "raft-testkit",
                        List.of(
                                "io.jangada.raft.testkit",
                                "io.jangada.raft.testkit.check",
                                "io.jangada.raft.testkit.jqwik",
                                "io.jangada.raft.testkit.sim")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("modules")
    void isTheOneThatIsWrittenDown(Module module) throws IOException {
        String now = module.text();
        if (Boolean.getBoolean("jangada.writeApi")) {
            Files.createDirectories(module.file().getParent());
            Files.writeString(module.file(), now);
        }
        String before = Files.exists(module.file()) ? Files.readString(module.file()) : "";
        List<String> differences = differences(before, now);
        if (!differences.isEmpty()) {
            fail(
                    "the public API of "
                            + module
                            + " is not the one in docs/api/"
                            + module
                            + ".txt. If that is intended, write it anew with\n  "
                            + COMMAND
                            + "\nand say so in CHANGELOG.md. The difference:\n"
                            + String.join("\n", differences));
        }
    }

    /** Lines that are gone, with a minus, and lines that are new, with a plus, by type. */
    private static List<String> differences(String before, String now) {
        Set<String> old = lines(before);
        Set<String> young = lines(now);
        List<String> found = new ArrayList<>();
        old.stream().filter(line -> !young.contains(line)).forEach(line -> found.add("- " + line));
        young.stream().filter(line -> !old.contains(line)).forEach(line -> found.add("+ " + line));
        return found;
    }

    /** Each member together with its type, since many types have members that look alike. */
    private static Set<String> lines(String text) {
        return Stream.of(text.split("\n\n"))
                .flatMap(PublicApiTest::linesOfBlock)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Stream<String> linesOfBlock(String block) {
        List<String> lines = block.lines().filter(line -> !line.isBlank()).toList();
        if (lines.isEmpty()) {
            return Stream.empty();
        }
        String head = lines.get(0);
        String type = head.replaceFirst("[<(].*| (extends|implements|permits) .*", "");
        String name = type.substring(type.lastIndexOf(' ') + 1);
        return Stream.concat(
                Stream.of(head),
                lines.stream().skip(1).map(member -> name + ": " + member.strip()));
    }

    // ---- that the check would notice -----------------------------------------------------------

    @Test
    void textHasAllThatUsersCanNameAndNothingElse() {
        String shapes = Shapes.class.getName();
        List<Class<?>> types = new ArrayList<>(List.of(Shapes.class.getNestMembers()));
        String comparable = "<T extends java.lang.Comparable<T>>";
        assertEquals(
                List.of(
                        "public class " + shapes,
                        "    protected Shapes(int)",
                        "    public @Nullable java.lang.String find(java.util.List<? extends"
                                + " java.lang.Number>, java.lang.String...) throws"
                                + " java.io.IOException",
                        "    public static final int LIMIT",
                        "",
                        "public enum " + shapes + "$Colour",
                        "    RED",
                        "    GREEN",
                        "    public boolean isWarm()",
                        "",
                        "public record "
                                + shapes
                                + "$Round(long radius, @Nullable java.lang.String name) implements "
                                + shapes
                                + "$Shape",
                        "    public @Nullable java.lang.String name()",
                        "    public Round(long, @Nullable java.lang.String)",
                        "    public long radius()",
                        "",
                        "public sealed interface " + shapes + "$Shape permits " + shapes + "$Round",
                        "    public default " + comparable + " T largest(T, T)"),
                ApiText.of(types).lines().toList());
    }

    @Test
    void removedAndAddedMembersAreToldApart() {
        String before =
                "public class A\n    public void a()\n\npublic class B\n    public void a()\n";
        String now = "public class A\n    public void a()\n\npublic class B\n    public void b()\n";
        assertEquals(
                List.of("- B: public void a()", "+ B: public void b()"), differences(before, now));
        assertEquals(List.of(), differences(before, before));
    }
}
