package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
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
@Tag("long")
class PowerLossEverywhereTest {
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
                assertTrue(
                        operations.stream().anyMatch(o -> o.contains("append " + type)),
                        "no " + type);
            }
        }
        String written = StoreUnderTest.get().files().file(Path.of(""), 3).toString();
        for (String words :
                List.of(
                        "sync of folder data",
                        "sync of folder data/log",
                        "sync of folder data/snapshots/snap",
                        "rename data/IDENTITY.draft",
                        "rename data/IDENTITY.changed",
                        "rename data/log/CURRENT.tmp",
                        "rename data/log/making.tmp",
                        "rename data/log/" + written,
                        "rename data/snapshots/snap",
                        "delete data/log/0000000",
                        "delete data/snapshots/gone",
                        "sync of " + written,
                        "sync of making.tmp")) {
            assertTrue(operations.stream().anyMatch(o -> o.startsWith(words)), words);
        }
    }

    @Test
    void s25_powerLossAtEveryStepLosesNothingConfirmed() throws Exception {
        PowerLossImages images = new PowerLossImages(temp, "plain", run.model);
        for (RecordedDisk.Step step : disk.steps()) {
            images.add(step, disk.root, step.number() % 2);
        }
        images.finish(disk.steps().size());
    }

    /** What an opening repairs must not be needed by anything that is not durable yet. */
    @Test
    void s25_powerLossWhileOpeningAfterAPowerLossLosesNothingConfirmed() throws Exception {
        List<RecordedDisk.Step> steps = disk.steps();
        PowerLossImages images = new PowerLossImages(temp, "opening", run.model);
        for (int i = 7; i < steps.size(); i += 150) {
            whileOpening(steps.get(i), i, images, 1);
        }
        images.finish(disk.steps().size());
    }

    @Test
    @Tag("soak")
    void manyImagesOfEveryStep() throws Exception {
        int count = Integer.getInteger("images", 50);
        int only = Integer.getInteger("step", -1);
        PowerLossImages images = new PowerLossImages(temp, "soak", run.model);
        for (RecordedDisk.Step step : disk.steps()) {
            if (only < 0 || step.number() == only) {
                images.add(step, disk.root, count);
                images.await();
            }
        }
        images.finish(disk.steps().size());
    }

    @Test
    @Tag("soak")
    void everyStepOfOpeningsAfterManyImages() throws Exception {
        PowerLossImages images = new PowerLossImages(temp, "soak-opening", run.model);
        List<RecordedDisk.Step> steps = disk.steps();
        for (int i = 0; i < steps.size(); i += Integer.getInteger("stride", 5)) {
            whileOpening(steps.get(i), i, images, 2);
            images.await();
        }
        images.finish(disk.steps().size());
    }

    /** Opens a random image on a disk that records, and goes through the steps of that. */
    private void whileOpening(RecordedDisk.Step step, int seed, PowerLossImages images, int count)
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
                        .open(RecordedRun.folder(root), PowerLossImages.NEWCOMER)) {
            model.opened(store);
            model.check(store);
        }
        for (RecordedDisk.Step next : again.steps()) {
            for (int number = 0; number < 2 + count; number++) {
                String told = step + ", image " + seed + ", " + next;
                images.addOne(next, again.root, number, model, told);
            }
        }
        images.await();
        Folders.delete(root);
    }
}
