package io.jangada.raft.storage.segment;

import io.jangada.raft.api.Member;
import io.jangada.raft.spi.LogReport;
import io.jangada.raft.spi.RecordFilter;
import io.jangada.raft.spi.RecoveryPlan;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreSummary;
import io.jangada.raft.spi.StoreTools;
import io.jangada.raft.spi.StoredRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Offline work on the folder of a {@link SegmentLogStore}; found by {@link
 * java.util.ServiceLoader}.
 */
public final class SegmentStoreTools implements StoreTools {
    private final Supplier<SegmentLogStore.Builder> stores;

    /** For the service loader. */
    public SegmentStoreTools() {
        this(SegmentLogStore::builder);
    }

    /** How the store is opened in which a recovery writes. */
    SegmentStoreTools(Supplier<SegmentLogStore.Builder> stores) {
        this.stores = stores;
    }

    @Override
    public LogReport records(Path folder, RecordFilter filter, Consumer<StoredRecord> to) {
        return in(folder, () -> new LogInspection(folder, filter, to).run());
    }

    @Override
    public StoreSummary describe(Path folder) {
        return in(folder, () -> FolderLock.holding(folder, () -> summary(StoreLook.into(folder))));
    }

    private static StoreSummary summary(StoreLook look) throws IOException {
        return new StoreSummary(
                look.identity(),
                LostMajority.generation(look.identity().clusterId()),
                look.groups().stream().map(SegmentStoreTools::summary).toList());
    }

    private static StoreSummary.Group summary(StoreLook.Group group) {
        SnapshotInfo snapshot = group.snapshot();
        long committed = snapshot == null ? 0 : snapshot.meta().index();
        return new StoreSummary.Group(
                group.id(),
                group.hardState(),
                group.firstIndex(),
                group.lastIndex(),
                group.lastTerm(),
                Math.max(committed, group.firstIndex() - 1),
                Optional.ofNullable(snapshot),
                group.configurations().isEmpty() ? 0 : group.configurations().get(0).index(),
                group.membership(),
                Optional.ofNullable(group.problem()));
    }

    @Override
    public RecoveryPlan planRecovery(Path folder, List<Member> survivors) {
        return in(folder, () -> new LostMajority(folder, survivors, stores.get()).plan());
    }

    @Override
    public RecoveryPlan recover(Path folder, List<Member> survivors) {
        return in(folder, () -> new LostMajority(folder, survivors, stores.get()).run());
    }

    private static <T> T in(Path folder, FolderLock.Work<T> work) {
        if (!Files.isDirectory(folder)) {
            throw new StoreException("%s is not a folder".formatted(folder), null);
        }
        try {
            return work.run();
        } catch (IOException e) {
            throw new StoreException("%s cannot be read: %s".formatted(folder, e), e);
        }
    }
}
