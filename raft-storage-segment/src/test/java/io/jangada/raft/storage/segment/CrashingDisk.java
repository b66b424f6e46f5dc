package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A disk that fails for good at a chosen operation, remembers what was synced, and makes the folder
 * that a power loss at that moment could have left: of every page not synced either the old or the
 * new content, torn at 512 bytes now and then, and of every name not synced either the old or the
 * new one. Names of deleted files may come back even when their folder was synced since.
 */
final class CrashingDisk implements UnaryOperator<Journal> {
    private static final int PAGE = 4096;
    private static final int SECTOR = 512;

    private final Path folder;
    private final Map<Integer, byte[]> synced = new HashMap<>();

    private final Map<String, byte[]> deleted = new ConcurrentHashMap<>();
    private volatile int operationsLeft;
    private int segment;
    private boolean nameSynced;

    /**
     * A disk below a store.
     *
     * @param storeFolder the store's folder
     * @param operations how many appends, syncs and segment starts succeed
     */
    CrashingDisk(Path storeFolder, int operations) {
        folder = storeFolder.resolve("log");
        operationsLeft = operations;
    }

    boolean hasCrashed() {
        return operationsLeft < 0;
    }

    @Override
    public Journal apply(Journal journal) {
        return new ForwardingJournal(journal) {
            @Override
            public void startSegment(int next) throws IOException {
                spend();
                journal.startSegment(next);
                segment = next;
                nameSynced = false;
            }

            @Override
            public int append(byte[] record, int length) throws IOException {
                spend();
                return journal.append(record, length);
            }

            @Override
            public void sync() throws IOException {
                // One after the other: what stands there before one begins is durable when it ends.
                synchronized (synced) {
                    spend();
                    byte[] content =
                            Files.readAllBytes(StoreUnderTest.get().files().file(folder, segment));
                    journal.sync();
                    synced.put(segment, content);
                    nameSynced = true;
                }
            }

            @Override
            public void delete(Path segmentFile) throws IOException {
                spend();
                // The name may come back until the folder is synced.
                deleted.put(segmentFile.getFileName().toString(), Files.readAllBytes(segmentFile));
                journal.delete(segmentFile);
            }
        };
    }

    /** Compaction deletes on a thread of its own. */
    private synchronized void spend() {
        if (--operationsLeft < 0) {
            operationsLeft = -1;
            throw new PowerLoss();
        }
    }

    /** An error, since that is what a fault in mapped memory is. */
    static final class PowerLoss extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Turns a copy of the store's folder into what the power loss left. */
    void tear(Path copy, Random random) {
        Path log = copy.resolve("log");
        try (Stream<Path> files = Files.list(log)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (StoreUnderTest.get().isWritten(file)) {
                    int number = SegmentNames.segmentOf(file.getFileName().toString());
                    Files.write(file, torn(number, Files.readAllBytes(file), random));
                }
            }
            for (Map.Entry<String, byte[]> file : new TreeMap<>(deleted).entrySet()) {
                if (random.nextBoolean()) {
                    Files.write(log.resolve(file.getKey()), file.getValue());
                }
            }
            Path current = StoreUnderTest.get().files().file(log, segment);
            if (!nameSynced && Files.exists(current) && random.nextBoolean()) {
                Files.move(current, StoreUnderTest.get().files().preparedFile(log, segment));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] torn(int number, byte[] written, Random random) {
        byte[] kept = Arrays.copyOf(synced.getOrDefault(number, new byte[0]), written.length);
        // Sometimes nothing that was not synced is there, sometimes nearly all of it.
        int chance = random.nextInt(5);
        for (int page = 0; page < written.length; page += PAGE) {
            int step = random.nextInt(8) == 0 ? SECTOR : PAGE;
            for (int at = page; at < page + PAGE; at += step) {
                if (random.nextInt(4) < chance) {
                    int length = Math.min(step, written.length - at);
                    System.arraycopy(written, at, kept, at, length);
                }
            }
        }
        return kept;
    }
}
