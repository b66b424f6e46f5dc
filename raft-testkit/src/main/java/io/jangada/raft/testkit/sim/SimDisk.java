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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
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

    private final Unsynced unsynced = new Unsynced(folders);

    private final DiskRules rules = new DiskRules();
    private @Nullable StoreIdentity identity;
    private @Nullable SimLogStore store;
    private Duration syncMin = Duration.ofNanos(200_000);
    private Duration syncMax = Duration.ofMillis(1);
    private Duration snapshotMin = Duration.ofNanos(200_000);
    private Duration snapshotMax = Duration.ofMillis(1);
    private boolean full;
    private boolean syncing;

    /** How often all faults were ended. */
    private long clearings;

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
                    node.id(),
                    () -> "disk " + (isFull ? "full" : "freed"));
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
                node.id(),
                () -> "disk: group " + group + " is damaged");
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
        return rules.add(filter, Fate.FAIL);
    }

    /**
     * Makes the next chosen operation the last one of the node's life: its power fails right then.
     * What survives of all that is not synced, chance decides.
     *
     * @param filter chooses it
     * @param done whether the operation has had its effect, as far as a crash spares it
     * @return the rule, in force until it was met or closed
     */
    public DiskRule crashAt(Predicate<? super DiskOperation> filter, boolean done) {
        return rules.add(filter, done ? Fate.CRASH_AFTER : Fate.CRASH_BEFORE);
    }

    /**
     * Makes the next chosen operation the last one of the node's life, and chooses what survives.
     *
     * @param filter chooses the operation
     * @param done whether the operation has had its effect, as far as the crash spares it
     * @param survives chooses among all that is not synced at that moment, see {@link #unsynced()}
     * @return the rule, in force until it was met or closed
     */
    public DiskRule crashAt(
            Predicate<? super DiskOperation> filter,
            boolean done,
            Predicate<? super UnsyncedWrite> survives) {
        return crashAt(filter, done).sparing(survives);
    }

    /**
     * Tears the next chosen operation: the power fails when a part of it has got to the disk. All
     * that came before it survives.
     *
     * @param filter chooses an append, a compaction, a reset, a sync of the log (what it tears then
     *     is all that it covers), or a write of a snapshot's content
     * @param parts how many records of it survive; content is one part, which survives or not
     * @return the rule, in force until it was met or closed
     */
    public DiskRule tear(Predicate<? super DiskOperation> filter, int parts) {
        return rules.add(filter, Fate.TEAR).after(parts);
    }

    /**
     * Loses chosen operations, which seem to be done: whatever is not covered by a later sync when
     * the power fails is gone then. A lost sync, though, is a lie: what it should have covered is
     * not safe. No library can keep its promises on a disk that lies; the invariants will tell.
     *
     * @param filter chooses them
     * @return the rule, in force until closed
     */
    public DiskRule lose(Predicate<? super DiskOperation> filter) {
        return rules.add(filter, Fate.LOSE);
    }

    /**
     * Holds chosen syncs of the log, and chosen operations on files of snapshots, until the rule is
     * released. An append cannot be held, since it returns at once; hold the sync that makes it
     * durable. While something is held, it waits on a thread of its own: end the rule, or the life
     * of the node, before you forget the simulation.
     *
     * @param filter chooses them
     * @return the rule, in force until closed
     */
    public DiskRule hold(Predicate<? super DiskOperation> filter) {
        return rules.add(operation -> takesTime(operation) && filter.test(operation), Fate.HOLD);
    }

    /**
     * Gives chosen syncs of the log, and chosen operations on files of snapshots, a time of their
     * own.
     *
     * @param filter chooses them
     * @param delay how long such an operation takes
     * @return the rule, in force until closed
     */
    public DiskRule delay(Predicate<? super DiskOperation> filter, Duration delay) {
        return rules.add(operation -> takesTime(operation) && filter.test(operation), Fate.DELAY)
                .taking(delay);
    }

    /**
     * How many records a crash may lose at this moment.
     *
     * @return the number of records of the log that no completed sync covers
     */
    public int unsyncedRecords() {
        return unsynced.log().size();
    }

    /**
     * Everything that a crash may lose at this moment.
     *
     * @return first the log's, in order, then what was done to names and written to files
     */
    public List<UnsyncedWrite> unsynced() {
        return unsynced.list();
    }

    /** Whether work on files may have to wait in its middle. */
    boolean mayMakeWait() {
        return rules.mayMakeWait();
    }

    /** How many records a crash spares that chance decides about. */
    int randomSurvivors() {
        int most = unsynced.logSurvivors(part -> !unsynced.isDoomed(part));
        return simulation.random().nextInt(most + 1);
    }

    /** Whether the store of the present life has failed. */
    boolean hasFailed() {
        return store != null && store.hasFailed();
    }

    private static boolean takesTime(DiskOperation operation) {
        return operation instanceof DiskOperation.Sync
                || operation instanceof DiskOperation.OfSnapshot;
    }

    /** Ends all rules and all fullness; what is held completes now. */
    public void clearFaults() {
        clearings++;
        full(false);
        rules.releaseAll();
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

    /** The machine lost its power: a prefix of what was not synced of the log survives. */
    void crash(int survivors) {
        SimRandom random = simulation.random();
        Predicate<Object> spareable = part -> !unsynced.isDoomed(part);
        Predicate<Object> spared = part -> random.chance(0.5) && spareable.test(part);
        crash(survivors, folder -> folder.crash(spared, file -> file.crash(random, spareable)));
    }

    /** The machine lost its power: chosen parts of what was not synced survive. */
    void crash(Set<Object> survivors) {
        Predicate<Object> spared = survivors::contains;
        crash(
                unsynced.logSurvivors(spared),
                folder -> folder.crash(spared, file -> file.crash(spared)));
    }

    private void crash(int survivors, Consumer<SimFolder> files) {
        for (DiskRecord record : unsynced.log().subList(0, survivors)) {
            harden(record);
        }
        folders.values().forEach(files);
        unsynced.clear();
        syncing = false;
        store = null;
        rules.endHolds();
    }

    Set<Object> chosen(Predicate<? super UnsyncedWrite> survives) {
        return unsynced.chosen(survives);
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
        unsynced.log().addAll(records);
        simulation.note(
                Notes.APPEND,
                node.number() * 1_000_003L + number(operation),
                node.id(),
                () -> "appends " + text(operation));
    }

    private static long number(DiskOperation operation) {
        if (operation instanceof DiskOperation.Append append) {
            List<LogEntry> entries = append.entries();
            return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).index();
        }
        return operation.toString().hashCode();
    }

    private static String text(DiskOperation operation) {
        if (operation instanceof DiskOperation.Append append) {
            return (append.hardState() == null ? "" : append.hardState() + " ") + append.entries();
        }
        return "" + operation;
    }

    /**
     * Does something, unless a rule says otherwise.
     *
     * @throws StoreException if a rule fails it, or the node's life is over, perhaps because of it
     */
    void perform(SimLogStore of, DiskOperation operation, Runnable effect) {
        checkAlive(of);
        DiskRule rule = rules.match(operation);
        if (rule == null) {
            checkRoom(operation);
            done(operation, effect);
            return;
        }
        switch (rule.fate()) {
            case FAIL -> {
                readFailed |= operation instanceof DiskOperation.SnapshotRead;
                throw new StoreException(
                        "the disk of " + node.id() + " failed: " + operation, null);
            }
            case CRASH_BEFORE -> crash(rule);
            case HOLD, DELAY -> {
                makeWait(rule);
                checkAlive(of);
                checkRoom(operation);
                done(operation, effect);
            }
            case LOSE -> lose(operation, effect);
            case TEAR -> tear(rule, effect);
            case CRASH_AFTER -> {
                checkRoom(operation);
                done(operation, effect);
                crash(rule);
            }
        }
        checkAlive(of);
    }

    private void checkRoom(DiskOperation operation) {
        if (full && operation instanceof DiskOperation.SnapshotWrite) {
            throw new StoreException("the disk of " + node.id() + " is full", null);
        }
    }

    private void done(DiskOperation operation, Runnable effect) {
        effect.run();
        if (operation instanceof DiskOperation.OfSnapshot snapshot) {
            simulation.note(
                    Notes.SNAPSHOT,
                    node.number() * 1_000_003L + snapshot.index(),
                    node.id(),
                    () -> "" + operation);
        }
    }

    private void crash(DiskRule rule) {
        Predicate<? super UnsyncedWrite> survivors = rule.survivors();
        if (survivors == null) {
            node.crash();
        } else {
            node.crashKeeping(survivors);
        }
    }

    /** Work on files waits; whatever else asks here cannot wait, and goes on at once. */
    private void makeWait(DiskRule rule) {
        SimThread thread = SimThread.current();
        if (thread == null) {
            return;
        }
        if (rule.fate() == Fate.HOLD) {
            rule.hold(thread::free);
        } else {
            simulation.schedule(rule.delayNanos(), thread::free);
        }
        thread.await();
    }

    private void lose(DiskOperation operation, Runnable effect) {
        if (operation instanceof DiskOperation.SnapshotSync
                || operation instanceof DiskOperation.FolderSync) {
            return;
        }
        Set<Object> before = unsynced.all();
        done(operation, effect);
        unsynced.doom(unsynced.since(before));
    }

    private void tear(DiskRule rule, Runnable effect) {
        Set<Object> survivors = unsynced.all();
        effect.run();
        List<Object> added = unsynced.since(survivors);
        survivors.addAll(added.subList(0, Math.min(rule.tornAfter(), added.size())));
        node.crashKeeping(survivors);
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
        int covered = unsynced.log().size();
        of.syncBegins();
        DiskRule rule = rules.match(new DiskOperation.Sync(node.id(), covered));
        Runnable completion = () -> endSync(of, covered);
        if (rule == null) {
            simulation.schedule(syncNanos(), completion);
            return;
        }
        switch (rule.fate()) {
            case DELAY -> simulation.schedule(rule.delayNanos(), completion);
            case HOLD -> rule.hold(completion);
            case FAIL -> simulation.schedule(0, () -> failSync(of));
            case LOSE -> simulation.schedule(syncNanos(), () -> reportSynced(of));
            case TEAR -> simulation.schedule(0, () -> tearSync(of, rule.tornAfter()));
            case CRASH_BEFORE -> simulation.schedule(0, () -> crashIn(of, rule));
            case CRASH_AFTER -> {
                long clearing = clearings;
                simulation.schedule(syncNanos(), () -> crashAfterSync(of, covered, clearing, rule));
            }
        }
    }

    private long syncNanos() {
        return simulation.random().between(syncMin.toNanos(), syncMax.toNanos());
    }

    /** Once the faults are over, so are those that were about to happen. */
    private void crashAfterSync(SimLogStore of, int covered, long clearing, DiskRule rule) {
        if (clearings != clearing) {
            endSync(of, covered);
        } else if (hardenFirst(of, covered)) {
            crash(rule);
        }
    }

    private void crashIn(SimLogStore of, DiskRule rule) {
        if (of == store) {
            crash(rule);
        }
    }

    private void tearSync(SimLogStore of, int survivors) {
        if (of == store) {
            node.crashKeeping(Math.min(survivors, unsyncedRecords()));
        }
    }

    private boolean hardenFirst(SimLogStore of, int covered) {
        if (of != store || of.hasFailed()) {
            return false; // The node has crashed since; what survives is settled.
        }
        List<DiskRecord> done = unsynced.log().subList(0, covered);
        done.forEach(this::harden);
        done.clear();
        simulation.note(
                Notes.SYNC, node.number(), node.id(), () -> "synced " + covered + " records");
        return true;
    }

    private void endSync(SimLogStore of, int covered) {
        if (hardenFirst(of, covered)) {
            reportSynced(of);
        }
    }

    private void reportSynced(SimLogStore of) {
        if (of != store || of.hasFailed()) {
            return;
        }
        of.syncEnded();
        syncing = false;
        if (!unsynced.log().isEmpty()) {
            startSync();
        }
    }

    private void failSync(SimLogStore of) {
        if (of == store) {
            simulation.note(Notes.DISK_FAULT, 2, node.id(), () -> "sync failed");
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
