package io.jangada.raft.spi.testkit;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Feeds something that reads bytes of others with damaged forms of valid ones: flipped bits, wrong
 * lengths, cuts, repetitions, pieces of other inputs. Whatever comes, it is taken or refused with
 * an expected exception that says something, within the memory allowed and in time.
 *
 * <p>A refusal in a place or with words that were not seen before makes its input one to go on
 * from, so that mutations get deeper than chance alone would bring them. Inputs in {@code
 * src/test/resources/hostile/TARGET} are tried first, always.
 *
 * <p>System properties: {@code fuzz.minutes} for each target of {@link #runForMinutes}; {@code
 * fuzz.seed}; {@code fuzz.target} for one target alone; {@code fuzz.input=FILE} tries that file;
 * {@code fuzz.keep=true} puts inputs of new kinds of outcome into that folder.
 */
public final class HostileInput {
    private static final int EXECUTIONS = 20_000;
    private static final int FOUND_MAX = 2_000;
    private static final int KEPT_MAX = 20;
    private static final int KEPT_BYTES_MAX = 2_000;
    private static final int HEX_BYTES_MAX = 4_096;
    private static final int SHRINKING_MAX = 3_000;
    private static final long PLAIN_NANOS_MAX = TimeUnit.SECONDS.toNanos(3);
    private static final long EXECUTION_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What reads the bytes. */
    public interface Target {
        /**
         * Reads them and checks whatever has to be true afterwards.
         *
         * @param input any bytes; the target's own
         * @return what kind of thing they were taken for
         * @throws Exception one that was announced, if they are refused
         */
        String read(byte[] input) throws Exception;
    }

    private final String name;
    private final String test;
    private final Target target;
    private final List<byte[]> seeds = new ArrayList<>();
    private final Set<Class<?>> refusals = new HashSet<>();
    private final List<UnaryOperator<byte[]>> repairs = new ArrayList<>();
    private final Set<String> outcomes = new HashSet<>();
    private final List<byte[]> found = new ArrayList<>();
    private long memoryFixed = 256 << 10;
    private int memoryPerByte = 16;
    private int lengthMax = 64 << 10;
    private long executions;
    private long accepted;

    private HostileInput(Class<?> test, String name, Target target) {
        this.test = test.getSimpleName();
        this.name = name;
        this.target = target;
    }

    /**
     * A target with the default limits.
     *
     * @param test the class that runs it, for the command that replays a failure
     * @param name of the target, and of its folder of inputs
     * @param target reads the input
     * @return to be told more
     */
    public static HostileInput into(Class<?> test, String name, Target target) {
        return new HostileInput(test, name, target);
    }

    /**
     * Adds valid inputs.
     *
     * @param inputs at least one before the first run
     * @return this
     */
    public HostileInput from(Collection<byte[]> inputs) {
        seeds.addAll(inputs);
        return this;
    }

    /**
     * Adds the exception, exactly that class, with which input may be refused.
     *
     * @param refusal its class
     * @return this
     */
    public HostileInput refusedWith(Class<? extends Exception> refusal) {
        refusals.add(refusal);
        return this;
    }

    /**
     * Adds something that makes checksums right again, applied to half of the inputs: else few
     * would get past them.
     *
     * @param repair returns the repaired input, which may be the same array
     * @return this
     */
    public HostileInput repairedBy(UnaryOperator<byte[]> repair) {
        repairs.add(repair);
        return this;
    }

    /**
     * What reading an input may allocate.
     *
     * @param fixedBytes for any input
     * @param perByte times its length
     * @return this
     */
    public HostileInput mayAllocate(long fixedBytes, int perByte) {
        memoryFixed = fixedBytes;
        memoryPerByte = perByte;
        return this;
    }

    /**
     * How long inputs get.
     *
     * @param bytes at most
     * @return this
     */
    public HostileInput upTo(int bytes) {
        lengthMax = bytes;
        return this;
    }

    /**
     * Whether this target is to run: {@code fuzz.target} can name another.
     *
     * @return true if it names none or this one
     */
    public boolean isWanted() {
        return System.getProperty("fuzz.target", name).equals(name);
    }

    /** Tries the kept inputs, then some thousand others, the same ones every time. */
    public void run() {
        if (begin()) {
            long end = System.nanoTime() + PLAIN_NANOS_MAX;
            SplittableRandom random = new SplittableRandom(Long.getLong("fuzz.seed", 1));
            for (int i = 0; i < EXECUTIONS && System.nanoTime() - end < 0; i++) {
                tryNext(random);
            }
            tell();
        }
    }

    /** Tries others for {@code fuzz.minutes}, one by default, with progress. */
    public void runForMinutes() {
        if (begin()) {
            double minutes = Double.parseDouble(System.getProperty("fuzz.minutes", "1"));
            long seed = Long.getLong("fuzz.seed", System.nanoTime());
            System.out.printf("%s: seed %d%n", name, seed);
            SplittableRandom random = new SplittableRandom(seed);
            long end = System.nanoTime() + (long) (minutes * 60e9);
            long progress = System.nanoTime() + PROGRESS_NANOS;
            while (System.nanoTime() - end < 0) {
                tryNext(random);
                if (System.nanoTime() - progress > 0) {
                    progress += PROGRESS_NANOS;
                    tell();
                }
            }
            tell();
        }
    }

    private void tell() {
        System.out.printf(
                "%s: %,d inputs, %,d of them taken, %d kinds of outcome%n",
                name, executions, accepted, outcomes.size());
    }

    /** False if only one file was to be tried. */
    private boolean begin() {
        String only = System.getProperty("fuzz.input");
        if (only != null) {
            check(bytesOf(Path.of(only)));
            return false;
        }
        for (byte[] seed : seeds) {
            String outcome = outcomeOf(seed.clone());
            if (!outcome.startsWith("taken")) {
                throw new AssertionError(name + " refuses valid input: " + outcome);
            }
        }
        for (Path kept : kept()) {
            byte[] input = bytesOf(kept);
            check(input);
            found.add(input);
        }
        return true;
    }

    private void tryNext(SplittableRandom random) {
        List<byte[]> from = found.isEmpty() || random.nextBoolean() ? seeds : found;
        Mutations mutations = new Mutations(random, lengthMax);
        byte[] input = mutations.of(from.get(random.nextInt(from.size())), seeds);
        if (!repairs.isEmpty() && random.nextBoolean()) {
            input = repairs.get(random.nextInt(repairs.size())).apply(input);
        }
        if (check(input) && found.size() < FOUND_MAX) {
            found.add(input);
            if (Boolean.getBoolean("fuzz.keep")
                    && input.length <= KEPT_BYTES_MAX
                    && kept().size() < KEPT_MAX) {
                keep(input, "");
            }
        }
    }

    /** True if the outcome is of a new kind. */
    private boolean check(byte[] input) {
        executions++;
        String outcome;
        try {
            outcome = outcomeOf(input.clone());
        } catch (Failure e) {
            throw failed(shrunk(input, e), e);
        }
        if (outcome.startsWith("taken")) {
            accepted++;
        }
        return outcomes.add(outcome);
    }

    /** Input was neither taken nor refused as it should. */
    private static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failure(String message, Throwable cause) {
            super(message, cause);
        }

        String kind() {
            Throwable cause = getCause();
            return cause == null ? "limit" : cause.getClass().getName();
        }
    }

    private String outcomeOf(byte[] input) {
        long allowed = memoryFixed + (long) memoryPerByte * input.length;
        for (int attempt = 1; ; attempt++) {
            byte[] own = input.clone();
            long start = System.nanoTime();
            long before = THREADS.getCurrentThreadAllocatedBytes();
            String outcome = read(own);
            long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
            long nanos = System.nanoTime() - start;
            // Classes, caches and pauses of the machine: only what happens every time counts.
            if (taken <= allowed && nanos <= EXECUTION_NANOS_MAX) {
                return outcome;
            }
            if (attempt == 3) {
                throw new Failure(
                        "%d bytes of input took %,d bytes of memory, %,d are allowed, and %d ms"
                                .formatted(input.length, taken, allowed, nanos / 1_000_000),
                        null);
            }
        }
    }

    private String read(byte[] input) {
        try {
            return "taken as " + target.read(input);
        } catch (Throwable e) {
            if (!refusals.contains(e.getClass())) {
                throw new Failure("unexpected " + e, e);
            }
            String message = e.getMessage();
            if (message == null || message.isBlank()) {
                throw new Failure("refused without a word", e);
            }
            return signature(e, message);
        }
    }

    /** The place, or where an exception does not tell it, the words without numbers. */
    private static String signature(Throwable e, String message) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        StackTraceElement[] trace = deepest.getStackTrace();
        String place =
                trace.length > 0
                        ? trace[0].toString()
                        : message.replaceAll("\\S*[^a-zA-Z \\n]\\S*", "").replaceAll("\\s+", " ");
        return "refused: " + e.getClass().getSimpleName() + " at " + place;
    }

    /** The shortest input found that fails in the same way. */
    private byte[] shrunk(byte[] input, Failure failure) {
        byte[] best = input;
        int tries = 0;
        for (int piece = Math.max(1, input.length / 2); piece > 0; piece /= 2) {
            for (int at = 0; at + piece <= best.length && tries < SHRINKING_MAX; tries++) {
                byte[] shorter = new byte[best.length - piece];
                System.arraycopy(best, 0, shorter, 0, at);
                System.arraycopy(best, at + piece, shorter, at, shorter.length - at);
                if (failsAlike(shorter, failure)) {
                    best = shorter;
                } else {
                    at += piece;
                }
            }
        }
        return best;
    }

    private boolean failsAlike(byte[] input, Failure failure) {
        try {
            outcomeOf(input);
            return false;
        } catch (Failure e) {
            return e.kind().equals(failure.kind());
        }
    }

    private AssertionError failed(byte[] input, Failure failure) {
        Path file = keep(input, "failed-");
        byte[] shown = Arrays.copyOf(input, Math.min(input.length, HEX_BYTES_MAX));
        return new AssertionError(
                String.join(
                        System.lineSeparator(),
                        name + ", input " + executions + ": " + failure.getMessage(),
                        "hex: " + HexFormat.of().formatHex(shown),
                        "kept in " + file.toAbsolutePath(),
                        "again: mvn test -Dquick -pl "
                                + module()
                                + " -am -Dtest="
                                + test
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dfuzz.target="
                                + name
                                + " -Dfuzz.input="
                                + file.toAbsolutePath()),
                failure);
    }

    private static String module() {
        return String.valueOf(
                Path.of(System.getProperty("basedir", "")).toAbsolutePath().getFileName());
    }

    private Path folder() {
        return Path.of(
                System.getProperty("basedir", ""), "src", "test", "resources", "hostile", name);
    }

    private Path keep(byte[] input, String prefix) {
        CRC32C crc = new CRC32C();
        crc.update(input);
        Path file = folder().resolve("%s%08x.bin".formatted(prefix, crc.getValue()));
        try {
            Files.createDirectories(folder());
            return Files.write(file, input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> kept() {
        if (!Files.isDirectory(folder())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder())) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytesOf(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The target's name. */
    @Override
    public String toString() {
        return name;
    }
}
