package io.jangada.benchmarks.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Programs that are installed, or not. */
final class Tools {
    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+\\.\\d+");

    private Tools() {}

    /** Where a program is, among the folders of the PATH. */
    static Optional<Path> find(String program, String path) {
        for (String folder : path.split(File.pathSeparator)) {
            Path file = Path.of(folder, program);
            if (!folder.isEmpty() && Files.isExecutable(file) && !Files.isDirectory(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /** A sentence for who lacks a program, or nothing. */
    static Optional<String> missing(String program, String debianPackage) {
        String path = System.getenv().getOrDefault("PATH", "");
        return find(program, path).isPresent()
                ? Optional.empty()
                : Optional.of(program + " is not on the PATH: apt-get install " + debianPackage);
    }

    /** The first thing like a version in what a program says about itself; empty if none is. */
    static String version(String program) {
        try {
            Process process =
                    new ProcessBuilder(program, "--version").redirectErrorStream(true).start();
            Matcher matcher =
                    VERSION.matcher(new String(process.getInputStream().readAllBytes(), UTF_8));
            process.onExit().join();
            return matcher.find() ? matcher.group() : "";
        } catch (IOException e) {
            return "";
        }
    }
}
