package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.RecoveryPlan;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Recovery of groups that lost a majority of their voters for good: each survivor's log gets one
 * more entry, with a configuration of survivors alone.
 *
 * <p><b>The longest log wins.</b> The configuration is such that all survivors must vote in the
 * first election, so its winner has the log that is at least as up-to-date as every other (paper
 * §5.4.1), and that log holds every entry that any survivor knows to be committed (Leader
 * Completeness, Log Matching). Of one or two voters all are a majority; three or four are written
 * as a joint configuration of two halves of at most two, which ends with the first half.
 *
 * <p><b>The order of logs stays.</b> The entry's term is the last term of the log plus a number
 * that is the same on all survivors and above every term so far. So of two survivors the one with
 * the more up-to-date log has the more up-to-date log afterwards; and two such entries of the same
 * index and term stand on the same log, so Log Matching holds between survivors.
 *
 * <p><b>No old majority.</b> While the winner replaces another's log, that one may fall back to its
 * old configuration for a moment; it must not find a majority of it. At most one change is
 * uncommitted at a time, so the old one is the latest or the one before: of neither may the
 * survivors hold a majority.
 */
final class LostMajority {
    static final int SURVIVORS_MAX = 4;

    private static final char GENERATION_MARK = '~';
    private static final long TERMS_PER_GENERATION = 1_000_000_000;
    private static final int GENERATION_MAX = 32;

    private final Path folder;
    private final List<Member> survivors;
    private final SegmentLogStore.Builder stores;

    LostMajority(Path folder, List<Member> survivors, SegmentLogStore.Builder stores) {
        this.folder = folder;
        this.stores = stores.duringRecovery();
        this.survivors = List.copyOf(survivors);
        Set<NodeId> ids = survivors.stream().map(Member::id).collect(Collectors.toSet());
        if (ids.isEmpty() || ids.size() != survivors.size()) {
            throw new StoreException("name each survivor once, and one at least", null);
        }
    }

    /** The generation that a cluster id tells. */
    static int generation(String clusterId) {
        int mark = clusterId.lastIndexOf(GENERATION_MARK);
        if (mark > 0) {
            try {
                return Math.max(1, Integer.parseInt(clusterId.substring(mark + 1)));
            } catch (NumberFormatException e) {
                return 1;
            }
        }
        return 1;
    }

    /** The cluster id of the next generation: the same wherever it is made from this one. */
    static String nextClusterId(String clusterId) {
        int generation = generation(clusterId);
        String name =
                generation == 1
                        ? clusterId
                        : clusterId.substring(0, clusterId.lastIndexOf(GENERATION_MARK));
        return name + GENERATION_MARK + (generation + 1);
    }

    /** What is added to terms; more than all earlier generations added together. */
    private static long termsAdded(int newGeneration) {
        return TERMS_PER_GENERATION << newGeneration - 2;
    }

    /** A group and what becomes of it. */
    private record Step(StoreLook.Group group, @Nullable LogEntry entry, RecoveryPlan.Group plan) {}

    RecoveryPlan plan() throws IOException {
        return FolderLock.holding(
                folder,
                () -> {
                    StoreLook look = StoreLook.into(folder);
                    return asPlan(look.identity(), steps(look, begun(look.identity())));
                });
    }

    private static RecoveryPlan asPlan(StoreIdentity before, List<Step> steps) {
        return new RecoveryPlan(
                before, nextClusterId(before.clusterId()), steps.stream().map(Step::plan).toList());
    }

    RecoveryPlan run() throws IOException {
        StoreIdentity before = StoreLook.identity(folder);
        List<Step> steps = FolderLock.holding(folder, () -> begin(before));
        write(before, steps);
        return FolderLock.holding(folder, () -> end(before, steps));
    }

    private List<Step> begin(StoreIdentity before) throws IOException {
        RecoveryMarker.Begun begun = begun(before);
        List<Step> steps = steps(StoreLook.into(folder), begun);
        if (begun == null) {
            new RecoveryMarker(folder, stores.disk)
                    .write(
                            new RecoveryMarker.Begun(
                                    nextClusterId(before.clusterId()), survivorsText()));
        }
        return steps;
    }

    /** What has begun and not ended, or null. */
    private RecoveryMarker.@Nullable Begun begun(StoreIdentity identity) throws IOException {
        RecoveryMarker.Begun begun = new RecoveryMarker(folder, stores.disk).read();
        // If it names the cluster of now, the marker alone is left over.
        return begun == null || begun.clusterId().equals(identity.clusterId()) ? null : begun;
    }

    private RecoveryPlan end(StoreIdentity before, List<Step> steps) throws IOException {
        String clusterId = nextClusterId(before.clusterId());
        new IdentityFile(folder, stores.disk)
                .replace(new StoreIdentity(clusterId, before.node(), before.store()));
        new RecoveryMarker(folder, stores.disk).delete();
        return asPlan(before, steps);
    }

    private String survivorsText() {
        return survivors.stream().map(Member::toString).collect(Collectors.joining(","));
    }

    // ---- what to do ----------------------------------------------------------------------------

    private List<Step> steps(StoreLook look, RecoveryMarker.@Nullable Begun begun)
            throws IOException {
        StoreIdentity identity = look.identity();
        checkFolder(identity, begun);
        List<StoreLook.Group> groups = look.groups();
        checkKnown(groups);
        List<Step> steps = new ArrayList<>();
        for (StoreLook.Group group : groups) {
            steps.add(step(identity, group, begun != null));
        }
        if (begun == null && steps.stream().allMatch(step -> step.plan().after().isEmpty())) {
            String reasons =
                    steps.stream()
                            .map(step -> step.plan().text())
                            .collect(Collectors.joining("; "));
            throw refused(
                    "nothing needs recovery: "
                            + (reasons.isEmpty() ? "it holds no group" : reasons));
        }
        return steps;
    }

    private void checkFolder(StoreIdentity identity, RecoveryMarker.@Nullable Begun begun) {
        if (survivors.stream().noneMatch(member -> member.id().equals(identity.node()))) {
            throw refused(
                    "it is the folder of node '%s', which is not among the survivors %s"
                            .formatted(identity.node(), survivorsText()));
        }
        if (identity.clusterId().isEmpty()) {
            throw refused("its node has never joined a cluster");
        }
        if (generation(identity.clusterId()) >= GENERATION_MAX) {
            throw refused("there are no more generations after " + identity.clusterId());
        }
        if (begun != null && !begun.survivors().equals(survivorsText())) {
            throw refused(
                    "a recovery with the survivors %s has begun: run it again with these"
                            .formatted(begun.survivors()));
        }
    }

    private void checkKnown(List<StoreLook.Group> groups) {
        for (Member survivor : survivors) {
            if (groups.stream().noneMatch(g -> isMember(g, survivor.id())) && !groups.isEmpty()) {
                throw refused(
                        ("'%s' is not a member of any group here, as far as this log tells: leave it"
                                        + " out, and add it afterwards")
                                .formatted(survivor.id()));
            }
        }
    }

    private static boolean isMember(StoreLook.Group group, NodeId id) {
        return group.configurations().stream().anyMatch(c -> c.membership().member(id).isPresent());
    }

    private Step step(StoreIdentity identity, StoreLook.Group group, boolean again) {
        checkSound(group);
        Membership latest = group.membership();
        if (!isMember(group, identity.node())) {
            return left(group, "this node is not a member of it as far as its log tells");
        }
        List<Member> present =
                survivors.stream().filter(member -> isMember(group, member.id())).toList();
        Membership target = target(group, present);
        if (again && latest.equals(target)) {
            return left(group, "has its new configuration already");
        }
        Set<NodeId> ids = present.stream().map(Member::id).collect(Collectors.toSet());
        if (isQuorum(latest, ids)) {
            return left(group, "a majority of its voters survives, so it needs nothing");
        }
        checkOlderConfiguration(group, ids);
        long added = termsAdded(generation(identity.clusterId()) + 1);
        if (group.lastTerm() >= added) {
            throw refused("group '%s' is at term %d".formatted(group.id(), group.lastTerm()));
        }
        LogEntry entry =
                new LogEntry(
                        group.lastIndex() + 1,
                        group.lastTerm() + added,
                        group.lastClusterTime(),
                        EntryType.MEMBERSHIP,
                        target.toString().getBytes(StandardCharsets.UTF_8));
        return new Step(
                group,
                entry,
                new RecoveryPlan.Group(
                        group.id(),
                        latest,
                        Optional.of(target),
                        entry.index(),
                        entry.term(),
                        "its last entry is %d of term %d; it goes on with %s"
                                .formatted(group.lastIndex(), group.lastTerm(), target)));
    }

    private void checkSound(StoreLook.Group group) {
        String problem = group.problem();
        if (problem != null) {
            throw refused(
                    "its copy of group '%s' cannot be trusted, %s: leave it out of the survivors"
                            .formatted(group.id(), problem));
        }
    }

    /** A configuration in which nothing is decided without all of the survivors. */
    private Membership target(StoreLook.Group group, List<Member> present) {
        if (present.size() > SURVIVORS_MAX) {
            throw refused(
                    ("group '%s' has %d survivors: name at most %d, those with the longest logs, and"
                                    + " add the others afterwards, with empty folders and new ids")
                            .formatted(group.id(), present.size(), SURVIVORS_MAX));
        }
        int half = Math.min(2, present.size());
        return Membership.of(
                present.subList(0, half), present.subList(half, present.size()), List.of());
    }

    private void checkOlderConfiguration(StoreLook.Group group, Set<NodeId> present) {
        if (group.configurations().size() < 2 || present.size() == 1) {
            return;
        }
        Membership older = group.configurations().get(1).membership();
        if (isQuorum(older, present)) {
            throw refused(
                    ("the latest configuration of group '%s' may never have been committed, and of"
                                    + " the one before it, %s, a majority survives: start the survivors"
                                    + " as they are, or name only the one with the longest log")
                            .formatted(group.id(), older));
        }
    }

    private static boolean isQuorum(Membership membership, Set<NodeId> present) {
        return isMajority(membership.voters(), present)
                && (!membership.isJoint() || isMajority(membership.outgoing(), present));
    }

    private static boolean isMajority(Map<NodeId, Member> voters, Set<NodeId> present) {
        return voters.keySet().stream().filter(present::contains).count() > voters.size() / 2;
    }

    private static Step left(StoreLook.Group group, String why) {
        Membership latest = group.membership();
        return new Step(
                group,
                null,
                new RecoveryPlan.Group(
                        group.id(),
                        latest,
                        Optional.empty(),
                        0,
                        0,
                        "group '%s' stays as it is: %s".formatted(group.id(), why)));
    }

    private StoreException refused(String why) {
        return new StoreException("%s cannot be recovered: %s".formatted(folder, why), null);
    }

    // ---- doing it ------------------------------------------------------------------------------

    private void write(StoreIdentity identity, List<Step> steps) {
        Map<GroupId, Step> toDo = new TreeMap<>();
        steps.stream()
                .filter(step -> step.entry() != null)
                .forEach(step -> toDo.put(step.group().id(), step));
        try (SegmentLogStore store = stores.open(folder, identity)) {
            for (Step step : toDo.values()) {
                append(store, step);
            }
        }
    }

    private static void append(SegmentLogStore store, Step step) {
        LogEntry entry = step.entry();
        if (entry == null) {
            return;
        }
        HardState old = step.group().hardState();
        HardState hardState =
                old.currentTerm() >= entry.term() ? old : new HardState(entry.term(), null);
        AwaitedWrites writes = new AwaitedWrites();
        try (var log = store.open(step.group().id(), writes)) {
            if (step.group().snapshotAhead()) {
                log.reset(1, null, entry.index() - 1, step.group().lastTerm());
            }
            log.append(2, hardState, List.of(entry));
            writes.await(2);
        }
    }
}
