package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.SuspectGroupException;
import io.jangada.raft.testkit.sim.DiskRule.Fate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A node's disk. It outlives the node's process: what a completed sync covers is never lost. Of
 * what was appended to the log since, a crash leaves a prefix, cut at any record; of what was
 * written to files of snapshots, any part; of what was done to their names, anything.
 */
public final class SimDisk {
    private final SimNode node;
    private final Simulation simulation;
    private final Invariants invariants;

    /** What is on the platters, by group. */
    private final Map<GroupId, GroupImage> durable = new TreeMap<>();

    private final Map<NodeId, StoreId> knownPeers = new TreeMap<>();
    private final Set<GroupId> destroyed = new TreeSet<>();

    /** Groups whose synced data is damaged, and whether their hard state is not. */
    private final Map<GroupId, Boolean> damaged = new TreeMap<>();

    /** The files of snapshots, by group. */
    private final Map<GroupId, SimFolder> folders = new TreeMap<>();

    /** Appended and not yet covered by a completed sync, in order. */
    private final List<DiskRecord> unsynced = new ArrayList<>();

    private final List<DiskRule> rules = new ArrayList<>();
    private @Nullable StoreIdentity identity;
    private @Nullable SimLogStore store;
    private Duration syncMin = Duration.ofNanos(200_000);
    private Duration syncMax = Duration.ofMillis(1);
    private Duration snapshotMin = Duration.ofNanos(200_000);
    private Duration snapshotMax = Duration.ofMillis(1);
    private boolean full;
    private boolean syncing;

    /** In this life a snapshot could not be read. */
    private boolean readFailed;

    SimDisk(SimNode node, Simulation simulation, Invariants invariants) {
        this.node = node;
        this.simulation = simulation;
        this.invariants = invariants;
    }

    // Control

    /**
     * Says how long a sync takes from now on. Default 0.2 to 1 ms.
     *
     * @param least the shortest
     * @param most the longest
     */
    public void syncTime(Duration least, Duration most) {
        syncMin = least;
        syncMax = most;
    }

    /**
     * Says how long a round of work on files of snapshots takes from now on. Default 0.2 to 1 ms.
     *
     * @param least the shortest
     * @param most the longest
     */
    public void snapshotTime(Duration least, Duration most) {
        snapshotMin = least;
        snapshotMax = most;
    }

    long snapshotNanos() {
        return simulation.random().between(snapshotMin.toNanos(), snapshotMax.toNanos());
    }

    /**
     * Fills the disk, or frees it: while it is full every append is refused.
     *
     * @param isFull whether it is full
     */
    public void full(boolean isFull) {
        if (full != isFull) {
            full = isFull;
            simulation.note(
                    Notes.DISK_FAULT,
                    isFull ? 1 : 0,
                    () -> node.id() + " disk " + (isFull ? "full" : "freed"));
        }
    }

    /**
     * Damages a group's synced data, which the store will notice when it is opened again.
     *
     * @param group the group
     * @param hardStateIntact whether term and vote are proven intact, so that the group can be
     *     rebuilt from its peers
     */
    public void damage(GroupId group, boolean hardStateIntact) {
        damaged.put(group, hardStateIntact);
        simulation.note(
                Notes.DISK_FAULT,
                hardStateIntact ? 3 : 4,
                () -> node.id() + " disk: group " + group + " is damaged");
    }

    /**
     * Damages the content of a group's latest snapshot, which is noticed when it is read.
     *
     * @param group the group
     */
    public void damageSnapshot(GroupId group) {
        SimFile latest = SimSnapshotStore.newest(folder(group));
        if (latest != null) {
            latest.damage();
        }
    }

    /**
     * Fails chosen operations: a failed append changes nothing; after a failed sync what it covered
     * may or may not survive. Either way the store is lost until the node is started again.
     *
     * @param filter chooses them
     * @return the rule, in force until closed
     */
    public DiskRule fail(Predicate<? super DiskOperation> filter) {
        return add(filter, Fate.FAIL, Duration.ZERO);
    }

    /**
     * Makes the next chosen operation the last one of the node's life: its power fails right then.
     *
     * @param filter chooses it
     * @param done whether the operation has had its effect, as far as a crash spares it
     * @return the rule, in force until it was met or closed
     */
    public DiskRule crashAt(Predicate<? super DiskOperation> filter, boolean done) {
        return add(filter, done ? Fate.CRASH_AFTER : Fate.CRASH_BEFORE, Duration.ZERO);
    }

    /**
     * Holds chosen syncs of the log until the rule is released. An append cannot be held, since it
     * returns at once; hold the sync that makes it durable.
     *
     * @param filter chooses them
     * @return the rule, in force until closed
     */
    public DiskRule hold(Predicate<? super DiskOperation> filter) {
        return add(operation -> isSync(operation) && filter.test(operation), Fate.HOLD, null);
    }

    /**
     * Gives chosen syncs of the log a time of their own.
     *
     * @param filter chooses them
     * @param delay how long such a sync takes
     * @return the rule, in force until closed
     */
    public DiskRule delay(Predicate<? super DiskOperation> filter, Duration delay) {
        return add(operation -> isSync(operation) && filter.test(operation), Fate.DELAY, delay);
    }

    /**
     * How many records a crash may lose at this moment.
     *
     * @return the number of records that no completed sync covers
     */
    public int unsyncedRecords() {
        return unsynced.size();
    }

    /** Whether the store of the present life has failed. */
    boolean hasFailed() {
        return store != null && store.hasFailed();
    }

    private static boolean isSync(DiskOperation operation) {
        return operation instanceof DiskOperation.Sync;
    }

    private DiskRule add(
            Predicate<? super DiskOperation> filter, Fate fate, @Nullable Duration delay) {
        DiskRule rule = new DiskRule(this, filter, fate, delay == null ? Duration.ZERO : delay);
        rules.add(rule);
        return rule;
    }

    /** Ends all rules and all fullness. */
    void clearFaults() {
        full(false);
        for (DiskRule rule : List.copyOf(rules)) {
            rule.release();
        }
    }

    void remove(DiskRule rule) {
        rules.remove(rule);
    }

    private @Nullable DiskRule ruleFor(DiskOperation operation) {
        for (int i = rules.size() - 1; i >= 0; i--) {
            DiskRule rule = rules.get(i);
            if (rule.matches(operation)) {
                rule.matched();
                if (rule.fate() == Fate.CRASH_BEFORE || rule.fate() == Fate.CRASH_AFTER) {
                    rule.close();
                }
                return rule;
            }
        }
        return null;
    }

    // Lives of the node's process

    LogStore open(Life life, StoreIdentity forNewStore) {
        if (full) {
            throw new StoreException("the disk of " + node.id() + " is full", null);
        }
        if (identity == null) {
            identity = forNewStore;
        }
        SimLogStore opened = new SimLogStore(this, life);
        store = opened;
        readFailed = false;
        return opened;
    }

    StoreIdentity identity() {
        StoreIdentity known = identity;
        if (known == null) {
            throw new IllegalStateException("the disk of " + node.id() + " holds no store");
        }
        return known;
    }

    /** What joined becomes a member of a cluster, durably. */
    void adoptCluster(String clusterId) {
        StoreIdentity before = identity();
        if (!before.clusterId().isEmpty()) {
            throw new IllegalStateException(
                    node.id() + " belongs to cluster " + before.clusterId() + " already");
        }
        identity = new StoreIdentity(clusterId, before.node(), before.store());
    }

    /** Another disk, with nothing on it, takes the place of this one. */
    void wipe() {
        crash(0);
        durable.values().forEach(image -> invariants.beforeRebuild(node, image));
        durable.clear();
        knownPeers.clear();
        destroyed.clear();
        damaged.clear();
        folders.clear();
        identity = null;
    }

    /** The machine lost its power: a prefix of what was not synced survives. */
    void crash(int survivors) {
        for (DiskRecord record : unsynced.subList(0, survivors)) {
            harden(record);
        }
        unsynced.clear();
        folders.values().forEach(folder -> folder.crash(simulation.random()));
        syncing = false;
        store = null;
        rules.removeIf(rule -> rule.fate() == Fate.HOLD);
    }

    // What the store asks for

    /** What is durable of a group; null if nothing ever was. */
    @Nullable GroupImage durable(GroupId group) {
        return durable.get(group);
    }

    /** What the present life of the node reads of a group; null if it has not opened it. */
    @Nullable GroupImage live(GroupId group) {
        SimGroupLog log = store == null ? null : store.log(group);
        return log == null ? null : log.image();
    }

    /** The latest snapshot as the present life of the node knows it; 0 for none. */
    long liveSnapshot(GroupId group) {
        SimGroupLog log = store == null ? null : store.log(group);
        return log == null
                ? 0
                : log.snapshots().latest().map(each -> each.meta().index()).orElse(0L);
    }

    /** Whether a group's copy is damaged, or being rebuilt. */
    boolean isIncomplete() {
        return !damaged.isEmpty() || durable.values().stream().anyMatch(GroupImage::rebuilding);
    }

    /** Whether a group may stop because its snapshot cannot be read. */
    boolean hasDamagedSnapshot() {
        return readFailed
                || folders.values().stream()
                        .map(SimSnapshotStore::newest)
                        .anyMatch(newest -> newest != null && newest.isDamaged());
    }

    GroupImage openGroup(GroupId group) {
        if (destroyed.contains(group)) {
            throw new IllegalStateException("group " + group + " was destroyed on this node");
        }
        Boolean intact = damaged.get(group);
        if (intact != null) {
            throw new SuspectGroupException(
                    "the log of group " + group + " on " + node.id() + " is damaged", intact);
        }
        return durable.computeIfAbsent(group, id -> newImage()).copy();
    }

    /** Of a damaged copy nothing is kept but term and vote. */
    GroupImage openForRebuild(GroupId group) {
        GroupImage image = durable.get(group);
        if (image == null || !damaged.getOrDefault(group, false)) {
            throw new StoreException(
                    "the hard state of group " + group + " on " + node.id() + " is not intact",
                    null);
        }
        invariants.beforeRebuild(node, image);
        image.beginRebuild();
        folder(group).wipe();
        damaged.remove(group);
        return image.copy();
    }

    SimFolder folder(GroupId group) {
        return folders.computeIfAbsent(group, id -> new SimFolder());
    }

    private GroupImage newImage() {
        return new GroupImage(invariants.record());
    }

    /** What a crash at this moment would leave as a group's latest snapshot; 0 for none. */
    long durableSnapshot(GroupId group) {
        return SimSnapshotStore.durableIndex(folder(group));
    }

    Map<NodeId, StoreId> knownPeers() {
        return knownPeers;
    }

    Set<GroupId> groups() {
        return durable.keySet();
    }

    void destroy(GroupId group) {
        destroyed.add(group);
        durable.remove(group);
    }

    /**
     * Takes records in, or refuses them.
     *
     * @throws StoreException if the disk is full, or a rule fails the operation
     */
    void append(SimLogStore of, DiskOperation operation, List<DiskRecord> records) {
        perform(of, operation, () -> append(operation, records));
        if (!syncing) {
            startSync();
        }
    }

    private void append(DiskOperation operation, List<DiskRecord> records) {
        if (full) {
            throw new StoreException("the disk of " + node.id() + " is full", null);
        }
        unsynced.addAll(records);
        simulation.note(
                Notes.APPEND,
                node.number() * 1_000_003L + number(operation),
                () -> node.id() + " appends " + text(operation));
    }

    private static long number(DiskOperation operation) {
        if (operation instanceof DiskOperation.Append append) {
            List<LogEntry> entries = append.entries();
            return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).index();
        }
        return operation.hashCode();
    }

    private static String text(DiskOperation operation) {
        if (operation instanceof DiskOperation.Append append) {
            return (append.hardState() == null ? "" : append.hardState() + " ") + append.entries();
        }
        return "" + operation;
    }

    /**
     * Does something at once, unless a rule says otherwise.
     *
     * @throws StoreException if a rule fails it, or the node's life is over, perhaps because of it
     */
    void perform(SimLogStore of, DiskOperation operation, Runnable effect) {
        checkAlive(of);
        DiskRule rule = ruleFor(operation);
        Fate fate = rule == null ? Fate.DELAY : rule.fate();
        if (full && operation instanceof DiskOperation.SnapshotWrite) {
            throw new StoreException("the disk of " + node.id() + " is full", null);
        }
        if (fate == Fate.FAIL) {
            readFailed |= operation instanceof DiskOperation.SnapshotRead;
            throw new StoreException("the disk of " + node.id() + " failed: " + operation, null);
        }
        if (fate == Fate.CRASH_BEFORE) {
            node.crash();
            checkAlive(of);
        }
        effect.run();
        if (operation instanceof DiskOperation.OfSnapshot snapshot) {
            simulation.note(
                    Notes.SNAPSHOT,
                    node.number() * 1_000_003L + snapshot.index(),
                    () -> node.id() + " " + operation);
        }
        if (fate == Fate.CRASH_AFTER) {
            node.crash();
            checkAlive(of);
        }
    }

    private void checkAlive(SimLogStore of) {
        if (of != store) {
            throw new StoreException("the process of " + node.id() + " has ended", null);
        }
    }

    /** One sync for all that was appended until it begins; the next one for what came meanwhile. */
    private void startSync() {
        SimLogStore of = store;
        if (of == null) {
            return;
        }
        syncing = true;
        int covered = unsynced.size();
        of.syncBegins();
        DiskRule rule = ruleFor(new DiskOperation.Sync(node.id(), covered));
        Runnable completion = () -> endSync(of, covered);
        if (rule == null) {
            simulation.schedule(syncNanos(), completion);
            return;
        }
        switch (rule.fate()) {
            case DELAY -> simulation.schedule(rule.delayNanos(), completion);
            case HOLD -> rule.hold(completion);
            case FAIL -> simulation.schedule(0, () -> failSync(of));
            case CRASH_BEFORE -> simulation.schedule(0, () -> crashIn(of));
            case CRASH_AFTER ->
                    simulation.schedule(
                            syncNanos(),
                            () -> {
                                hardenFirst(of, covered);
                                crashIn(of);
                            });
        }
    }

    private long syncNanos() {
        return simulation.random().between(syncMin.toNanos(), syncMax.toNanos());
    }

    private void crashIn(SimLogStore of) {
        if (of == store) {
            node.crash();
        }
    }

    private boolean hardenFirst(SimLogStore of, int covered) {
        if (of != store || of.hasFailed()) {
            return false; // The node has crashed since; what survives is settled.
        }
        List<DiskRecord> done = unsynced.subList(0, covered);
        done.forEach(this::harden);
        done.clear();
        simulation.note(
                Notes.SYNC, node.number(), () -> node.id() + " synced " + covered + " records");
        return true;
    }

    private void endSync(SimLogStore of, int covered) {
        if (!hardenFirst(of, covered)) {
            return;
        }
        of.syncEnded();
        syncing = false;
        if (!unsynced.isEmpty()) {
            startSync();
        }
    }

    private void failSync(SimLogStore of) {
        if (of == store) {
            simulation.note(Notes.DISK_FAULT, 2, () -> node.id() + " sync failed");
            of.fail(new StoreException("a sync on the disk of " + node.id() + " failed", null));
        }
    }

    private void harden(DiskRecord record) {
        GroupImage image = durable.computeIfAbsent(record.group(), id -> newImage());
        invariants.beforeDurable(node, image, record);
        image.apply(record);
        invariants.onDurable(node, image, record);
    }
}
