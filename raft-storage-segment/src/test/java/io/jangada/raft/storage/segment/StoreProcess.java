package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.StoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A store in a process of its own: what it runs, and how a test starts it. */
final class StoreProcess implements AutoCloseable {
    static final int PAYLOAD = 200;

    /** Begins each line of {@link #main}, so that lines of loggers cannot be taken for one. */
    private static final String MARK = "> ";

    private final Process process;
    private final BufferedReader output;

    private StoreProcess(Process process) {
        this.process = process;
        output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts a JVM with this test's class path and no flags but those given. */
    static StoreProcess start(Path java, List<String> flags, String... arguments)
            throws IOException {
        return start(StoreProcess.class, java, flags, arguments);
    }

    /** Starts another program in the same way. */
    static StoreProcess start(Class<?> program, Path java, List<String> flags, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(flags);
        command.add("-cp");
        String classPath = System.getProperty("surefire.test.class.path");
        command.add(classPath == null ? System.getProperty("java.class.path", "") : classPath);
        command.add(program.getName());
        command.addAll(List.of(arguments));
        return new StoreProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    static Path thisJava() {
        return Path.of(System.getProperty("java.home", ""), "bin", "java");
    }

    long pid() {
        return process.pid();
    }

    /** The next line that the program below prints, without what loggers say in between. */
    String line() throws IOException {
        List<String> passed = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(MARK)) {
                return line.substring(MARK.length());
            }
            passed.add(line);
        }
        throw new AssertionError("the process ended: " + String.join("\n", passed));
    }

    /** Everything that is still to come. */
    List<String> allLines() {
        return output.lines().toList();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** Runs in the other process. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[1]);
        try {
            switch (arguments[0]) {
                case "smoke" -> smoke(folder, TestLog::builder);
                case "write" -> write(folder);
                case "hold" -> hold(folder);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        } catch (StoreException e) {
            print("refused: " + e.getMessage());
        }
    }

    static void print(Object line) {
        System.out.println(MARK + line);
    }

    /** Opens a store twice, and writes to it. */
    static void smoke(Path folder, Supplier<SegmentLogStore.Builder> builder) {
        for (int opening = 1; opening <= 2; opening++) {
            try (var store = builder.get().open(folder, TestLog.IDENTITY);
                    var log = TestLog.open(store, "a")) {
                long next = log.log.lastIndex() + 1;
                log.write(null, TestLog.entries(next, next + 999, 1, PAYLOAD));
                print("holds " + log.all().size());
            }
        }
    }

    /** Writes until it is killed and tells after each write how far it is confirmed. */
    private static void write(Path folder) {
        try (var store = TestLog.openStore(folder);
                var log = TestLog.open(store, "a")) {
            long next = log.log.lastIndex() + 1;
            print(next - 1);
            while (true) {
                int count = 1 + (int) (next % 7);
                log.write(null, TestLog.entries(next, next + count - 1, 1, PAYLOAD));
                next += count;
                print(next - 1);
            }
        }
    }

    private static void hold(Path folder) throws IOException {
        try (var store = TestLog.openStore(folder)) {
            print("holding " + store.identity().node());
            while (System.in.read() >= 0) {}
        }
    }
}
