package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
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
 * what was appended since, a crash leaves a prefix, cut at any record.
 */
public final class SimDisk {
    private final SimNode node;
    private final Simulation simulation;
    private final Invariants invariants;

    /** What is on the platters, by group. */
    private final Map<GroupId, GroupImage> durable = new TreeMap<>();

    private final Map<NodeId, StoreId> knownPeers = new TreeMap<>();
    private final Set<GroupId> destroyed = new TreeSet<>();
    private final Set<GroupId> damaged = new TreeSet<>();

    /** Appended and not yet covered by a completed sync, in order. */
    private final List<DiskRecord> unsynced = new ArrayList<>();

    private final List<DiskRule> rules = new ArrayList<>();
    private @Nullable StoreIdentity identity;
    private @Nullable SimLogStore store;
    private Duration syncMin = Duration.ofNanos(200_000);
    private Duration syncMax = Duration.ofMillis(1);
    private boolean full;
    private boolean syncing;

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
     */
    public void damage(GroupId group) {
        damaged.add(group);
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
     * Holds chosen syncs until the rule is released. An append cannot be held, since it returns at
     * once; hold the sync that makes it durable.
     *
     * @param filter chooses them
     * @return the rule, in force until closed
     */
    public DiskRule hold(Predicate<? super DiskOperation> filter) {
        return add(operation -> isSync(operation) && filter.test(operation), Fate.HOLD, null);
    }

    /**
     * Gives chosen syncs a time of their own.
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
        SimLogStore opened = new SimLogStore(this, life, identity);
        store = opened;
        return opened;
    }

    /** The machine lost its power: a prefix of what was not synced survives. */
    void crash(int survivors) {
        for (DiskRecord record : unsynced.subList(0, survivors)) {
            harden(record);
        }
        unsynced.clear();
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

    GroupImage openGroup(GroupId group) {
        if (destroyed.contains(group)) {
            throw new IllegalStateException("group " + group + " was destroyed on this node");
        }
        if (damaged.contains(group)) {
            throw new StoreException(
                    "the log of group " + group + " on " + node.id() + " is damaged", null);
        }
        return durable.computeIfAbsent(group, id -> new GroupImage()).copy();
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
    void append(DiskOperation.Append operation, List<DiskRecord> records) {
        DiskRule rule = ruleFor(operation);
        if (full || (rule != null && rule.fate() == Fate.FAIL)) {
            throw new StoreException(
                    "the disk of " + node.id() + (full ? " is full" : " failed an append"), null);
        }
        unsynced.addAll(records);
        long last = lastIndex(operation.entries());
        simulation.note(
                Notes.APPEND,
                node.number() * 1_000_003L + last,
                () -> node.id() + " appends " + text(operation));
        if (!syncing) {
            startSync();
        }
    }

    private static long lastIndex(List<LogEntry> entries) {
        return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).index();
    }

    private static String text(DiskOperation.Append operation) {
        return (operation.hardState() == null ? "" : operation.hardState() + " ")
                + operation.entries();
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
            long nanos = simulation.random().between(syncMin.toNanos(), syncMax.toNanos());
            simulation.schedule(nanos, completion);
        } else if (rule.fate() == Fate.DELAY) {
            simulation.schedule(rule.delayNanos(), completion);
        } else if (rule.fate() == Fate.HOLD) {
            rule.hold(completion);
        } else {
            simulation.schedule(0, () -> failSync(of));
        }
    }

    private void endSync(SimLogStore of, int covered) {
        if (of != store || of.hasFailed()) {
            return; // The node has crashed since; what survives is settled.
        }
        List<DiskRecord> done = unsynced.subList(0, covered);
        done.forEach(this::harden);
        done.clear();
        simulation.note(
                Notes.SYNC, node.number(), () -> node.id() + " synced " + covered + " records");
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
        GroupImage image = durable.computeIfAbsent(record.group(), id -> new GroupImage());
        invariants.beforeDurable(node, image, record);
        image.apply(record);
        invariants.onDurable(node, image, record);
    }
}
