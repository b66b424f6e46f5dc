package io.jangada.raft.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Power fails after any operation that a store does to its files, of a run that does everything
 * (rules Z27, Z30, Z31, Z32; scenarios S18, S24, S25). Whatever of the rest survived, the store
 * opens, nothing that was confirmed is lost, nothing else is served, and it goes on.
 *
 * <p>{@code -Psoak -Dimages=50} tries so many images of each step; {@code -Dstep=N} only those of
 * one step. An image that fails is kept in {@code target/power-loss}.
 */
class PowerLossEverywhereTest {
    private static final StoreIdentity NEWCOMER =
            new StoreIdentity("", TestLog.IDENTITY.node(), StoreId.of(7, 7));

    @TempDir(factory = InMemory.class)
    static Path temp;

    private static RecordedDisk disk;
    private static RecordedRun run;

    @BeforeAll
    static void record() throws IOException {
        RecordedDisk[] made = new RecordedDisk[1];
        run = RecordedRun.record(temp.resolve("recorded"), made);
        disk = made[0];
    }

    @Test
    void runDoesEverything() {
        List<String> operations = disk.steps().stream().map(RecordedDisk.Step::operation).toList();
        for (RecordType type : RecordType.values()) {
            if (type != RecordType.IDLE_MARK) {
                assertTrue(operations.contains("append " + type), "no " + type);
            }
        }
        for (String words :
                List.of(
                        "sync of folder data",
                        "sync of folder data/log",
                        "sync of folder data/snapshots/snap",
                        "rename data/IDENTITY.draft",
                        "rename data/IDENTITY.changed",
                        "rename data/log/CURRENT.tmp",
                        "rename data/log/making.tmp",
                        "rename data/log/19700101",
                        "rename data/snapshots/snap",
                        "delete data/log/0000000",
                        "delete data/snapshots/gone",
                        "sync of 19700101-000003R.cq4",
                        "sync of making.tmp")) {
            assertTrue(operations.stream().anyMatch(o -> o.startsWith(words)), words);
        }
    }

    @Test
    void s25_powerLossAtEveryStepLosesNothingConfirmed() throws Exception {
        Images images = new Images("plain", run.model);
        for (RecordedDisk.Step step : disk.steps()) {
            images.add(step, disk.root, 1);
        }
        images.finish();
    }

    /** What an opening repairs must not be needed by anything that is not durable yet. */
    @Test
    void s25_powerLossWhileOpeningAfterAPowerLossLosesNothingConfirmed() throws Exception {
        List<RecordedDisk.Step> steps = disk.steps();
        Images images = new Images("opening", run.model);
        for (int i = 7; i < steps.size(); i += 150) {
            whileOpening(steps.get(i), i, images, 1);
        }
        images.finish();
    }

    @Test
    @Tag("soak")
    void manyImagesOfEveryStep() throws Exception {
        int count = Integer.getInteger("images", 50);
        int only = Integer.getInteger("step", -1);
        Images images = new Images("soak", run.model);
        for (RecordedDisk.Step step : disk.steps()) {
            if (only < 0 || step.number() == only) {
                images.add(step, disk.root, count);
                images.await();
            }
        }
        images.finish();
    }

    @Test
    @Tag("soak")
    void everyStepOfOpeningsAfterManyImages() throws Exception {
        Images images = new Images("soak-opening", run.model);
        List<RecordedDisk.Step> steps = disk.steps();
        for (int i = 0; i < steps.size(); i += Integer.getInteger("stride", 5)) {
            whileOpening(steps.get(i), i, images, 2);
            images.await();
        }
        images.finish();
    }

    /** Opens a random image on a disk that records, and goes through the steps of that. */
    private void whileOpening(RecordedDisk.Step step, int seed, Images images, int count)
            throws IOException {
        PowerLossImage image =
                PowerLossImage.of(
                        step, disk.root, PowerLossImage.Kind.RANDOM, new Random(seed * 77L));
        Path root = temp.resolve("opened" + seed);
        image.write(root);
        StoreModel model = run.model.asOf(step.confirmed());
        RecordedDisk again = new RecordedDisk(root, model::confirmed);
        try (var store =
                RecordedRun.builder()
                        .disk(again)
                        .journals(again)
                        .open(RecordedRun.folder(root), NEWCOMER)) {
            model.opened(store);
            model.check(store);
        }
        for (RecordedDisk.Step next : again.steps()) {
            images.add(next, again.root, count, model, step + ", image " + seed + ", " + next);
        }
        images.await();
        Folders.delete(root);
    }

    /** Makes images and opens them, several at a time, each one once. */
    private static final class Images {
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

        Images(String name, StoreModel model) {
            this.name = name;
            this.model = model;
        }

        void add(RecordedDisk.Step step, RecordedDisk.Node root, int random) {
            add(step, root, random, model, step.toString());
        }

        void add(
                RecordedDisk.Step step,
                RecordedDisk.Node root,
                int random,
                StoreModel of,
                String told) {
            IntFunction<PowerLossImage> image =
                    number ->
                            PowerLossImage.of(
                                    step,
                                    root,
                                    number < 2
                                            ? PowerLossImage.Kind.values()[number]
                                            : PowerLossImage.Kind.RANDOM,
                                    new Random(31L * step.number() + number));
            for (int number = 0; number < 2 + random; number++) {
                PowerLossImage made = image.apply(number);
                if (seen.add(made.key() + step.confirmed())) {
                    String what = told + ", image " + number;
                    pending.add(
                            threads.submit(() -> check(made, of.asOf(step.confirmed()), what)));
                }
            }
        }

        private void check(PowerLossImage image, StoreModel expected, String what) {
            Path root = temp.resolve(name + opened.incrementAndGet());
            try {
                image.write(root);
                Path folder = RecordedRun.folder(root);
                try (var store = RecordedRun.builder().open(folder, NEWCOMER)) {
                    expected.checkAndGoOn(store);
                }
                if (opened.get() % 4 == 0) {
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
            e.printStackTrace();
            failures.add(what + ": " + e + "; the image is kept in " + kept.toAbsolutePath());
        }

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

        void finish() {
            await();
            threads.shutdown();
            System.out.printf(
                    "power loss, %s: %d steps, %d different images opened, %d s%n",
                    name,
                    disk.steps().size(),
                    opened.get(),
                    (System.nanoTime() - start) / 1_000_000_000);
            assertEquals(List.of(), failures.subList(0, Math.min(3, failures.size())));
        }
    }
}
