package io.jangada.benchmarks.wire;

import io.jangada.benchmarks.contender.Folders;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Servers in a folder of their own: both are gone when this is closed, and when Java ends. */
public final class Processes implements AutoCloseable {
    private final Path folder;
    private final List<Process> all = new ArrayList<>();
    private final Thread hook = new Thread(this::removeAtExit, "remove servers");
    private boolean over;

    private Processes(Path folder) {
        this.folder = folder;
    }

    /**
     * Starts servers.
     *
     * @param commands one for each
     * @param folder what they use, and this removes
     * @param log what they print is appended to it
     * @return the servers, which need not be ready yet
     * @throws IOException if one cannot be started; then there are none
     */
    public static Processes start(List<List<String>> commands, Path folder, Path log)
            throws IOException {
        Processes processes = new Processes(folder);
        // Children do not end with their parent by themselves.
        Runtime.getRuntime().addShutdownHook(processes.hook);
        try {
            for (List<String> command : commands) {
                processes.add(command, log);
            }
        } catch (IOException e) {
            processes.close();
            throw e;
        }
        return processes;
    }

    private synchronized void add(List<String> command, Path log) throws IOException {
        if (over) {
            throw new IOException("no server is started any more");
        }
        all.add(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .redirectInput(new File("/dev/null"))
                        .start());
    }

    /**
     * The CPU time of all of them so far.
     *
     * @return in seconds; what has ended does not count
     */
    public synchronized double cpuSeconds() {
        return all.stream().mapToDouble(process -> cpuSeconds(process.toHandle())).sum();
    }

    /** The CPU time of a process, 0 when it has ended. */
    static double cpuSeconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    /**
     * Fails if one of them has ended by itself.
     *
     * @throws IOException then
     */
    public synchronized void requireAlive() throws IOException {
        for (Process process : all) {
            if (!process.isAlive()) {
                throw new IOException("a server ended with code " + process.exitValue());
            }
        }
    }

    @Override
    public void close() throws IOException {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // Java ends, and the hook finds nothing to do.
        }
    }

    private void removeAtExit() {
        try {
            remove();
        } catch (IOException e) {
            System.err.println("bench: cannot remove " + folder + ": " + e.getMessage());
        }
    }

    /** Ends them without ceremony, since nobody needs what they have, and removes the folder. */
    private synchronized void remove() throws IOException {
        if (over) {
            return;
        }
        over = true;
        all.forEach(Process::destroyForcibly);
        // Unlike waitFor this is not interrupted, and the folder is theirs until they are gone.
        all.forEach(process -> process.onExit().join());
        Folders.delete(folder);
    }
}
