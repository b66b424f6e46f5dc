package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes images of steps and opens a store on each, several at a time, equal ones once: it opens,
 * all that was promised is there, nothing else is, and it goes on. Those that fail are kept in
 * {@code target/power-loss}.
 */
final class PowerLossImages {
    /**
     * Whoever opens a folder that was never a store becomes this; else it is what the folder is.
     */
    static final StoreIdentity NEWCOMER =
            new StoreIdentity("", TestLog.IDENTITY.node(), StoreId.of(7, 7));

    private static final int SHOWN_MAX = 3;

    private final Path temp;
    private final String name;
    private final StoreModel model;
    private final Set<String> seen = new HashSet<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final List<Future<?>> pending = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final long start = System.nanoTime();
    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors())));

    /**
     * No images yet.
     *
     * @param temp where stores are opened
     * @param model what was promised, as of the end
     */
    PowerLossImages(Path temp, String name, StoreModel model) {
        this.temp = temp;
        this.name = name;
        this.model = model;
    }

    /** The image with only what was synced, the one with everything, and some in between. */
    void add(RecordedDisk.Step step, RecordedDisk.Node root, int random) {
        for (int number = 0; number < 2 + random; number++) {
            addOne(step, root, number);
        }
    }

    /** One of them: 0 has only what was synced, 1 everything. */
    void addOne(RecordedDisk.Step step, RecordedDisk.Node root, int number) {
        addOne(step, root, number, model, step.toString());
    }

    /** As above, of another disk. */
    void addOne(
            RecordedDisk.Step step,
            RecordedDisk.Node root,
            int number,
            StoreModel promised,
            String told) {
        PowerLossImage image =
                PowerLossImage.of(
                        step,
                        root,
                        PowerLossImage.Kind.ofImage(number),
                        new Random(31L * step.number() + number));
        if (seen.add(image.key() + step.confirmed())) {
            String what = told + ", image " + number;
            pending.add(threads.submit(() -> check(image, promised.asOf(step.confirmed()), what)));
        }
    }

    private void check(PowerLossImage image, StoreModel expected, String what) {
        int number = opened.incrementAndGet();
        Path root = temp.resolve(name + number);
        try {
            image.write(root);
            Path folder = RecordedRun.folder(root);
            try (var store = RecordedRun.builder().open(folder, NEWCOMER)) {
                expected.checkAndGoOn(store);
            }
            if (number % 4 == 0) {
                try (var store = RecordedRun.builder().open(folder, NEWCOMER)) {
                    expected.check(store);
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            failed(image, what, e);
        }
        Folders.delete(root);
    }

    private synchronized void failed(PowerLossImage image, String what, Throwable e) {
        Path kept = Path.of("target", "power-loss", name + failures.size());
        try {
            if (Files.exists(kept)) {
                Folders.delete(kept);
            }
            image.write(kept);
        } catch (IOException io) {
            e.addSuppressed(io);
        }
        if (failures.size() < SHOWN_MAX) {
            e.printStackTrace();
        }
        failures.add(what + ": " + e + "; the image is kept in " + kept.toAbsolutePath());
    }

    /** Waits for those that were added: they take memory until they are opened. */
    void await() {
        for (Future<?> future : pending) {
            try {
                future.get();
            } catch (InterruptedException | ExecutionException e) {
                throw new AssertionError(e);
            }
        }
        pending.clear();
    }

    /** Waits for all, and fails if one of them did. */
    void finish(int steps) {
        await();
        threads.shutdown();
        System.out.printf(
                "power loss, %s: %d steps, %d different images opened, %d s%n",
                name, steps, opened.get(), (System.nanoTime() - start) / 1_000_000_000);
        assertEquals(List.of(), failures.subList(0, Math.min(SHOWN_MAX, failures.size())));
    }
}
