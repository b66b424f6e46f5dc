package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreIdentity;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Opens a folder, step by step, and gives back what it took when a step fails.
 *
 * <p>Nothing is promised to anybody before the last step, so a crash anywhere in here leaves a
 * folder that opens again.
 */
final class StoreOpening {
    private static final Logger LOG = System.getLogger(StoreOpening.class.getPackageName());
    private static final String LOG_FOLDER = "log";

    private final Path folder;
    private final StoreIdentity wanted;
    private final SegmentLogStore.Builder settings;
    private final FolderLock lock;
    private @Nullable StoreIdentity identity;
    private @Nullable SegmentFiles files;
    private @Nullable Journal journal;

    private StoreOpening(
            Path folder, StoreIdentity wanted, SegmentLogStore.Builder settings, FolderLock lock) {
        this.folder = folder;
        this.wanted = wanted;
        this.settings = settings;
        this.lock = lock;
    }

    static SegmentLogStore open(
            Path folder, StoreIdentity wanted, SegmentLogStore.Builder settings) {
        settings.appenders().prepareJvm();
        if (!settings.syncWrites) {
            LOG.log(
                    Level.WARNING,
                    "{0} does not sync: confirmed writes are lost when power fails",
                    folder);
        }
        try {
            if (!Files.isDirectory(folder)) {
                settings.disk.createFolder(folder);
            }
            FolderLock lock = FolderLock.acquire(folder);
            StoreOpening opening = new StoreOpening(folder, wanted, settings, lock);
            try {
                return opening.run();
            } catch (Throwable e) {
                opening.giveBack(e);
                throw e;
            }
        } catch (StoreException e) {
            throw e;
        } catch (Exception | LinkageError | AssertionError | InternalError e) {
            throw new StoreException("%s cannot be opened: %s".formatted(folder, e), e);
        }
    }

    private SegmentLogStore run() throws IOException {
        IdentityFile identityFile = new IdentityFile(folder, settings.disk);
        StoreIdentity existing = identityFile.read();
        Path log = log(folder);
        StoreIdentity own = existing == null ? wanted : existing;
        identity = own;
        if (existing == null) {
            prepareNew(identityFile, log);
        } else {
            checkNode(existing);
            if (!settings.duringRecovery) {
                new RecoveryMarker(folder, settings.disk).check(existing.clusterId());
            }
            if (!identityFile.isCurrent()) {
                // Before the first record that an older version would not understand.
                identityFile.replace(existing);
            }
            settings.disk.makeFolder(log);
        }
        SegmentFiles segmentFiles =
                new SegmentFiles(log, own.store(), settings.appenders(), settings.disk);
        files = segmentFiles;
        Recovery recovery =
                existing == null
                        ? Recovery.ofNothing(segmentFiles, own.store())
                        : Recovery.read(segmentFiles, own.store());
        recovery.secure();
        deleteLeftovers(log);
        journal =
                settings.journals.apply(
                        new SegmentJournal(
                                log,
                                "jangada-log-spare-" + own.node(),
                                settings.segmentBytes,
                                settings.appenders(),
                                settings.disk));
        SegmentLedger ledger = recovery.ledger();
        SegmentLogStore store = new SegmentLogStore(this, recovery, ledger);
        try {
            recovery.deleteUnneeded(ledger);
            if (existing == null) {
                identityFile.publishDraft();
            }
            store.startCompaction();
            return store;
        } catch (IOException e) {
            store.close();
            throw e;
        }
    }

    /** Where the segments are in a data folder. */
    static Path log(Path folder) {
        return folder.resolve(LOG_FOLDER);
    }

    private void checkNode(StoreIdentity existing) {
        if (!existing.node().equals(wanted.node())) {
            throw new StoreException(
                    "%s belongs to node '%s', not to '%s': start that node, or use another folder"
                            .formatted(folder, existing.node(), wanted.node()),
                    null);
        }
    }

    /** A folder becomes a store only if it is empty, or if an earlier attempt did not get far. */
    private void prepareNew(IdentityFile identityFile, Path log) throws IOException {
        if (!identityFile.hasDraft() && !FolderLock.isAloneIn(folder)) {
            throw new StoreException(
                    ("%s is not empty and has no IDENTITY file: use an empty folder, or restore the"
                                    + " file if this was a store")
                            .formatted(folder),
                    null);
        }
        // First of all: whatever is found here from now on is an attempt that did not get far.
        identityFile.writeDraft(wanted);
        settings.disk.createFolder(folder);
        settings.disk.createFolder(log);
        for (Path file : list(log)) {
            settings.disk.delete(file);
        }
    }

    private void deleteLeftovers(Path log) throws IOException {
        for (Path file : list(log)) {
            if (SegmentNames.isLeftOver(file.getFileName().toString())) {
                settings.disk.delete(file);
            }
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(found::add);
        }
        return found;
    }

    private void giveBack(Throwable cause) {
        try (FolderLock lockToClose = lock;
                Journal journalToClose = journal) {
            LOG.log(Level.DEBUG, "giving back {0} and {1}", lockToClose, journalToClose);
        } catch (IOException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    Path folder() {
        return folder;
    }

    SegmentLogStore.Builder settings() {
        return settings;
    }

    FolderLock lock() {
        return lock;
    }

    StoreIdentity identity() {
        return made(identity);
    }

    SegmentFiles files() {
        return made(files);
    }

    Journal journal() {
        return made(journal);
    }

    private static <T> T made(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("a step of opening was left out");
        }
        return part;
    }
}
