package io.jangada.examples.kv.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What this machine has that faults need. */
final class Tools {
    private static final String FAKETIME = "faketime/libfaketimeMT.so.1";

    private final Optional<Path> faketime = findFaketime();
    private final List<LoopDisk> disks = new ArrayList<>();

    /** Kinds of faults that cannot be had here, and why. */
    private final Map<FaultKind, String> missing = new EnumMap<>(FaultKind.class);

    /**
     * Looks around.
     *
     * @param folder where file systems are made and mounted
     * @param diskCount how many nodes are to have one
     */
    Tools(ChaosOptions options, Path folder, int diskCount) throws InterruptedException {
        if (options.faults().contains(FaultKind.CLOCK) && faketime.isEmpty()) {
            missing.put(
                    FaultKind.CLOCK, "there is no libfaketime here (Debian: apt install faketime)");
        }
        if (options.faults().contains(FaultKind.DISK)) {
            try {
                for (int i = 1; i <= diskCount; i++) {
                    disks.add(
                            LoopDisk.mount(
                                    folder.resolve("disk" + i + ".image"),
                                    folder.resolve("disk" + i)));
                }
            } catch (IOException e) {
                missing.put(
                        FaultKind.DISK, "a small file system cannot be mounted: " + e.getMessage());
            }
        }
    }

    /** File systems that are mounted, for the first nodes. */
    List<LoopDisk> disks() {
        return List.copyOf(disks);
    }

    Map<FaultKind, String> missing() {
        return missing;
    }

    /**
     * What makes a process live in another time.
     *
     * @param rate how fast its clocks run, the monotonic one too; 1 leaves that one alone and lets
     *     the wall clock follow the file
     * @param offset a file that says by how much the wall clock is off
     */
    Map<String, String> environment(double rate, Path offset) {
        if (faketime.isEmpty()) {
            return Map.of();
        }
        String library = faketime.get().toString();
        if (rate != 1) {
            return Map.of("LD_PRELOAD", library, "FAKETIME", "+0 x" + rate);
        }
        return Map.of(
                "LD_PRELOAD",
                library,
                "FAKETIME_TIMESTAMP_FILE",
                offset.toString(),
                "FAKETIME_CACHE_DURATION",
                "1",
                // Two names, for older and newer versions.
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                "DONT_FAKE_MONOTONIC",
                "1",
                // Or else timed waits of Java, which are monotonic, return at once: they spin.
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0");
    }

    /** Deletes what libfaketime shares between processes and a killed one leaves behind. */
    static void forget(long pid) {
        for (String name : List.of("faketime_shm_" + pid, "sem.faketime_sem_" + pid)) {
            try {
                Files.deleteIfExists(Path.of("/dev/shm", name));
            } catch (IOException e) {
                // A few bytes until the machine starts again.
            }
        }
    }

    private static Optional<Path> findFaketime() {
        List<Path> folders = new ArrayList<>(List.of(Path.of("/usr/lib"), Path.of("/usr/lib64")));
        try (Stream<Path> all = Files.list(Path.of("/usr/lib"))) {
            all.filter(path -> path.toString().endsWith("-linux-gnu")).forEach(folders::add);
        } catch (IOException e) {
            // Then it is not there either.
        }
        return folders.stream().map(f -> f.resolve(FAKETIME)).filter(Files::exists).findFirst();
    }
}
