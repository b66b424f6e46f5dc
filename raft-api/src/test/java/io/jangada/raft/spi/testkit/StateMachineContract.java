package io.jangada.raft.spi.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.BatchStateMachine;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link StateMachine} must do: the same commands give the same results and the same
 * saved bytes on every node, with or without a snapshot on the way. Extend it, say how a machine
 * and a command are made, and inherit the checks.
 *
 * @param <C> commands
 * @param <R> results, compared by {@code equals}, arrays by content
 */
public abstract class StateMachineContract<C, R> {
    private static final int COMMANDS = 400;

    /**
     * Makes an empty machine.
     *
     * @return a new one at each call
     */
    protected abstract StateMachine<C, R> newMachine();

    /**
     * Makes any command that may be proposed. Over many calls all kinds of commands should come,
     * and hit the same keys again and again.
     *
     * @param random the only source of chance
     * @return a command
     */
    protected abstract C randomCommand(Random random);

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void sameCommandsGiveSameResultsAndSameBytes(long seed) {
        List<C> commands = commands(seed);
        StateMachine<C, R> one = newMachine();
        StateMachine<C, R> other = newMachine();
        assertSameResults(apply(one, commands(seed), 0), apply(other, commands, 0));
        assertArrayEquals(save(one), save(other), "saved states");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void machineLoadedFromASnapshotGoesOnLikeTheOriginal(long seed) {
        List<C> commands = commands(seed);
        int half = new Random(~seed).nextInt(COMMANDS);
        StateMachine<C, R> original = newMachine();
        apply(original, commands.subList(0, half), 0);
        StateMachine<C, R> loaded = newMachine();
        load(loaded, save(original));
        assertArrayEquals(save(original), save(loaded), "saved at once");

        List<C> rest = commands.subList(half, COMMANDS);
        assertSameResults(apply(original, rest, half), apply(loaded, rest, half));
        assertArrayEquals(save(original), save(loaded), "saved after more commands");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void loadingReplacesWhateverWasThere(long seed) {
        StateMachine<C, R> original = newMachine();
        apply(original, commands(seed), 0);
        StateMachine<C, R> used = newMachine();
        apply(used, commands(seed + 1000), 0);
        load(used, save(original));
        assertArrayEquals(save(original), save(used), "saved states");
        List<C> more = commands(seed + 2000);
        assertSameResults(apply(original, more, COMMANDS), apply(used, more, COMMANDS));
    }

    @Test
    void emptyMachineIsSavedAndLoaded() {
        StateMachine<C, R> used = newMachine();
        apply(used, commands(9), 0);
        load(used, save(newMachine()));
        assertArrayEquals(save(newMachine()), save(used), "saved states");
        List<C> commands = commands(10);
        assertSameResults(apply(newMachine(), commands, 0), apply(used, commands, 0));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void savingChangesNothing(long seed) {
        List<C> commands = commands(seed);
        StateMachine<C, R> saved = newMachine();
        StateMachine<C, R> untouched = newMachine();
        List<R> expected = apply(untouched, commands, 0);
        List<R> results = new ArrayList<>();
        for (int i = 0; i < COMMANDS; i++) {
            results.addAll(apply(saved, commands.subList(i, i + 1), i));
            if (i % 50 == 0) {
                assertArrayEquals(save(saved), save(saved), "saved twice");
            }
        }
        assertSameResults(expected, results);
        assertArrayEquals(save(untouched), save(saved), "saved states");
    }

    @Test
    @ResourceLock(Resources.LOCALE)
    @ResourceLock(Resources.TIME_ZONE)
    void neitherLocaleNorTimeZoneNorThreadMatters() throws InterruptedException {
        List<C> commands = commands(11);
        StateMachine<C, R> here = newMachine();
        List<R> expected = apply(here, commands, 0);
        StateMachine<C, R> elsewhere = newMachine();
        List<R> results = new ArrayList<>();
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        try {
            // Turkish has its own upper and lower case, Arabic its own digits.
            for (String tag : List.of("tr-TR", "ar-EG-u-nu-arab")) {
                Locale.setDefault(Locale.forLanguageTag(tag));
                TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Chatham"));
                int from = results.size();
                List<C> half = commands.subList(from, from + COMMANDS / 2);
                Thread thread = new Thread(() -> results.addAll(apply(elsewhere, half, from)));
                thread.start();
                thread.join();
            }
            assertArrayEquals(save(here), save(elsewhere), "saved states");
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
        assertSameResults(expected, results);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void batchesGiveWhatSingleCommandsGive(long seed) {
        assumeTrue(newMachine() instanceof BatchStateMachine, "takes no batches");
        List<C> commands = commands(seed);
        StateMachine<C, R> single = newMachine();
        List<R> expected = apply(single, commands, 0);
        BatchStateMachine<C, R> batched = (BatchStateMachine<C, R>) newMachine();
        List<R> results = new ArrayList<>();
        Random random = new Random(seed);
        for (int from = 0; from < COMMANDS; ) {
            int to = Math.min(COMMANDS, from + 1 + random.nextInt(40));
            List<Applied> at = new ArrayList<>();
            for (int i = from; i < to; i++) {
                at.add(at(i));
            }
            List<R> batch = batched.applyAll(commands.subList(from, to), at);
            assertEquals(to - from, batch.size(), "one result for each command");
            results.addAll(batch);
            from = to;
        }
        assertSameResults(expected, results);
        assertArrayEquals(save(single), save(batched), "saved states");
    }

    @Test
    void failureToWriteIsNotSwallowed() {
        StateMachine<C, R> machine = newMachine();
        apply(machine, commands(12), 0);
        int size = save(machine).length;
        assumeTrue(size > 0, "a machine without state");
        for (int limit : new int[] {0, size / 2, size - 1}) {
            IOException full = new IOException("no space left, as the test wants it");
            IOException thrown =
                    assertThrows(
                            IOException.class,
                            () -> machine.save(new SnapshotWriter(new FullDisk(limit, full))));
            assertTrue(thrown == full || thrown.getCause() == full, "the cause is kept");
        }
    }

    @Test
    void failureToReadIsNotSwallowed() {
        StateMachine<C, R> machine = newMachine();
        apply(machine, commands(13), 0);
        byte[] saved = save(machine);
        assumeTrue(saved.length > 0, "a machine without state");
        for (int limit : new int[] {0, saved.length / 2, saved.length - 1}) {
            IOException bad = new IOException("bad sector, as the test wants it");
            InputStream in = new BadDisk(saved, limit, bad);
            IOException thrown =
                    assertThrows(
                            IOException.class, () -> newMachine().load(new SnapshotReader(in)));
            assertTrue(thrown == bad || thrown.getCause() == bad, "the cause is kept");
        }
    }

    private List<C> commands(long seed) {
        Random random = new Random(seed);
        List<C> commands = new ArrayList<>(COMMANDS);
        for (int i = 0; i < COMMANDS; i++) {
            commands.add(randomCommand(random));
        }
        return commands;
    }

    /** Where the command of that number stands: with holes, terms and a clock, as in a real log. */
    private static Applied at(int number) {
        return new Applied(2L * number + 1, 1 + number / 100, 37L * number);
    }

    private static <C, R> List<R> apply(StateMachine<C, R> machine, List<C> commands, int from) {
        List<R> results = new ArrayList<>(commands.size());
        for (int i = 0; i < commands.size(); i++) {
            results.add(machine.apply(commands.get(i), at(from + i)));
        }
        return results;
    }

    private static byte[] save(StateMachine<?, ?> machine) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SnapshotWriter out = new SnapshotWriter(bytes)) {
            machine.save(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void load(StateMachine<?, ?> machine, byte[] saved) {
        try (SnapshotReader in = new SnapshotReader(new ByteArrayInputStream(saved))) {
            machine.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <R> void assertSameResults(List<R> expected, List<R> results) {
        assertEquals(expected.size(), results.size(), "count of results");
        for (int i = 0; i < expected.size(); i++) {
            @Nullable R one = expected.get(i);
            @Nullable R other = results.get(i);
            int number = i;
            assertTrue(
                    Objects.deepEquals(one, other),
                    () -> "result " + number + ": " + one + " on one node, " + other);
        }
    }

    /** Takes some bytes, then fails. */
    private static final class FullDisk extends OutputStream {
        private final IOException failure;
        private int left;

        FullDisk(int left, IOException failure) {
            this.left = left;
            this.failure = failure;
        }

        @Override
        public void write(int b) throws IOException {
            if (left == 0) {
                throw failure;
            }
            left--;
        }
    }

    /** Gives some bytes, then fails. */
    private static final class BadDisk extends InputStream {
        private final ByteArrayInputStream bytes;
        private final IOException failure;

        BadDisk(byte[] bytes, int limit, IOException failure) {
            this.bytes = new ByteArrayInputStream(bytes, 0, limit);
            this.failure = failure;
        }

        @Override
        public int read() throws IOException {
            failAtTheEnd();
            return bytes.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            failAtTheEnd();
            return bytes.read(target, offset, length);
        }

        private void failAtTheEnd() throws IOException {
            if (bytes.available() == 0) {
                throw failure;
            }
        }
    }
}
