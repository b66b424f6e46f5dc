package io.jangada.raft.testkit.planted;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where things are: sources, patches, classes, tests. */
final class Project {
    /** Whose tests are started. */
    private static final List<String> MODULES =
            List.of("raft-impl", "raft-storage-segment", "raft-storage-chronicle", "raft-testkit");

    private final Path root;
    private final String classPath = System.getProperty("java.class.path");

    private Project(Path root) {
        this.root = root;
    }

    /** The project that the present folder belongs to. */
    static Project find() {
        Path start = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("raft-testkit/pom.xml"))) {
                return new Project(folder);
            }
        }
        throw new IllegalArgumentException(
                start + " is not inside of the project: there is no raft-testkit/pom.xml above it");
    }

    Path root() {
        return root;
    }

    String classPath() {
        return classPath;
    }

    Path patches() {
        return root.resolve("raft-testkit/src/test/resources/planted");
    }

    Path work() {
        return root.resolve("raft-testkit/target/planted-faults");
    }

    private Path testClasses(String module) {
        return root.resolve(module).resolve("target/test-classes");
    }

    /** Everything, the tests of all modules included, behind a folder of faulty classes. */
    String classPathBehind(Path faulty) {
        List<String> all = new ArrayList<>(List.of(faulty.toString()));
        for (String module : MODULES) {
            all.add(testClasses(module).toString());
        }
        all.add(classPath);
        return String.join(File.pathSeparator, all);
    }

    /** Whether the sources have such a test; {@code test} as in {@link #fullName}. */
    boolean hasTest(String module, String test) throws IOException {
        String type = test.replaceFirst("#.*", "").replace('.', '/') + ".java";
        List<Path> found;
        try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/test/java"))) {
            found = files.filter(each -> each.endsWith(type)).toList();
        }
        int hash = test.indexOf('#');
        return found.size() == 1
                && (hash < 0
                        || Files.readString(found.get(0))
                                .contains("void " + test.substring(hash + 1) + "("));
    }

    /**
     * The full name of a test.
     *
     * @param test a class, with the last part of its package if there are several of its name, and
     *     perhaps a method behind {@code #}
     */
    String fullName(String module, String test) throws IOException {
        String type = test.replaceFirst("#.*", "");
        Path classes = testClasses(module);
        try (Stream<Path> files = Files.exists(classes) ? Files.walk(classes) : Stream.empty()) {
            Path file =
                    files.filter(each -> each.endsWith(type.replace('.', '/') + ".class"))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "there is no test class "
                                                            + type
                                                            + " in "
                                                            + classes));
            String name = classes.relativize(file).toString().replace(File.separatorChar, '.');
            return name.substring(0, name.length() - ".class".length())
                    + test.substring(type.length());
        }
    }

    /** Fingerprint of the project's main classes on the class path, and of some faulty ones. */
    String fingerprint(Map<String, byte[]> faulty) throws IOException {
        MessageDigest digest = sha256();
        for (String element : classPath.split(File.pathSeparator)) {
            Path path = Path.of(element).toAbsolutePath();
            if (path.startsWith(root) && !path.toString().contains("test-classes")) {
                digestAll(digest, path);
            }
        }
        faulty.forEach(
                (name, bytes) -> {
                    digest.update(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                    digest.update(bytes);
                });
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    private static void digestAll(MessageDigest digest, Path path) throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                try (InputStream in = Files.newInputStream(file)) {
                    digest.update(in.readAllBytes());
                }
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has it", e);
        }
    }

    /**
     * A Java process in a module's folder, whose class path begins with faulty classes.
     *
     * @param brief whether it will run for some seconds only
     */
    ProcessBuilder java(
            Path faulty, String module, Class<?> main, boolean brief, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx700m", "-XX:+UseSerialGC"));
        if (brief) {
            command.add("-XX:TieredStopAtLevel=1"); // The best code is not worth its making.
        }
        command.addAll(
                List.of(
                        "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                        "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED"));
        command.add("-Djangada.vectors=" + System.getProperty("jangada.vectors", ""));
        command.add("-cp");
        command.add(classPathBehind(faulty));
        command.add(main.getName());
        command.addAll(arguments);
        return new ProcessBuilder(command).directory(root.resolve(module).toFile());
    }
}
