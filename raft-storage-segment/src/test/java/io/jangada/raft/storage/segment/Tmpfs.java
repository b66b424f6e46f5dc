package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A small file system of its own. Making one takes root; without it the test is skipped, loudly.
 */
final class Tmpfs implements AutoCloseable {
    private final Path folder;

    Tmpfs(Path folder, long bytes) {
        this.folder = folder;
        if (!run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", folder.toString())) {
            String why = "SKIPPED: this user cannot mount a small file system to fill it up";
            System.out.println(why);
            Assumptions.abort(why);
        }
    }

    Path folder() {
        return folder;
    }

    void makeReadOnly() {
        if (!run("mount", "-o", "remount,ro", folder.toString())) {
            throw new AssertionError("cannot make " + folder + " read-only");
        }
    }

    private static boolean run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        // Lazily: Chronicle unmaps its files in the background.
        run("umount", "-l", folder.toString());
    }
}
