package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.RequestVoteResponse;
import io.jangada.raft.impl.core.Message.TimeoutNow;
import io.jangada.raft.spi.EntryType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Does to a cluster what its seed says, until it is told to heal it. */
final class FaultInjector {
    private final SimCluster cluster;
    private final Simulation simulation;
    private final SimRandom random;
    private final SwarmOptions options;
    private final List<FaultKind> kinds;
    private final MembershipWalk walk;
    private boolean over;

    FaultInjector(SimCluster cluster, SwarmOptions options) {
        this.cluster = cluster;
        this.simulation = cluster.simulation();
        this.random = simulation.random();
        this.options = options;
        this.kinds = List.copyOf(options.faults());
        this.walk = new MembershipWalk(cluster, options.nodes() + options.spares(), this::prepare);
    }

    /** Sets the scene, then begins with the faults. */
    void start() {
        cluster.network().quality(options.network());
        cluster.nodes().forEach(this::prepare);
        if (kinds.contains(FaultKind.STOPPED_CLOCK)) {
            cluster.allowClocksBeyondBound();
        }
        if (!kinds.isEmpty()) {
            scheduleNext();
        }
    }

    private void prepare(SimNode node) {
        node.schedulingDelay(options.schedulingNanosMax());
        node.disk().syncTime(options.syncMin(), options.syncMax());
        node.disk().snapshotTime(options.syncMin(), options.syncMax().multipliedBy(5));
        node.clockRate(usualRate());
    }

    private long usualRate() {
        return options.skewedClocks() ? anyRate() : 0;
    }

    /** The ratio of any two rates stays within the bound. */
    private long anyRate() {
        return random.between(0, (long) (cluster.config().maxClockDrift() * 1_000_000));
    }

    private void scheduleNext() {
        later(options.faultPause(), this::next);
    }

    private void next() {
        scheduleNext();
        FaultKind kind = random.pick(kinds);
        List<SimNode> real = new ArrayList<>(cluster.nodes());
        real.removeIf(walk::isGhost);
        SimNode node = pick(real);
        simulation.note(kind.name().hashCode(), node.number(), () -> "fault " + kind + " " + node);
        switch (kind) {
            case CRASH -> crash(node);
            case CRASH_ALL -> cluster.nodes().forEach(this::crash);
            case STOP -> stop(node);
            case PAUSE -> pause(node);
            case ISOLATE -> {
                cluster.network().isolate(node.id());
                later(forAWhile(), cluster.network()::mendAll);
            }
            case SPLIT -> split();
            case ONE_WAY_CUTS -> cutOneWay();
            case BAD_NETWORK -> worsenNetwork();
            case SLOW_DISK -> slowDown(node);
            case SYNC_ERROR -> failSync(node);
            case FULL_DISK -> fill(node);
            case TRANSFER -> transfer(node);
            case CLOCK_RATE -> node.clockRate(anyRate());
            case CRASH_AT -> crashAtSomething(node);
            case SNAPSHOT -> snapshot(node);
            case SNAPSHOT_ERROR -> failSnapshots(node);
            case MEMBERSHIP -> walk.step();
            case DAMAGE -> damage(node);
            case LOST_DISK -> loseDisk(node);
            case OTHER_LIMITS -> changeLimits(node);
            case ECHOES -> echo();
            case CONTEST -> contest();
            case CHANGE_OF_SIDES -> cluster.leader().ifPresent(this::changeSides);
            case DISTURBED_CHANGE -> disturbChange();
            case DISTURBED_TRANSFER -> disturbTransfer(node);
            case USURPATION -> cluster.leader().ifPresent(this::usurp);
            case STOPPED_CLOCK ->
                    stopClock(random.chance(0.3) ? node : cluster.leader().orElse(node));
        }
    }

    /** Whoever leads is of more interest than others. */
    private SimNode pick(List<SimNode> nodes) {
        SimNode leader = cluster.leader().orElse(null);
        return leader != null && random.chance(0.3) ? leader : random.pick(nodes);
    }

    /** At a random time within a duration, unless the cluster has been healed by then. */
    private void later(Duration within, Runnable action) {
        after(Duration.ofNanos(random.between(1, within.toNanos())), action);
    }

    private void after(Duration delay, Runnable action) {
        simulation.schedule(
                delay.toNanos(),
                () -> {
                    if (!over) {
                        action.run();
                    }
                });
    }

    private Duration forAWhile() {
        return cluster.config().electionTimeout().multipliedBy(random.between(1, 5));
    }

    private void crash(SimNode node) {
        if (node.isUp()) {
            node.crash();
            later(forAWhile(), () -> startIfDown(node));
        }
    }

    /** Before or after the next operation of one kind; mostly of those that are rare. */
    private void crashAtSomething(SimNode node) {
        int kind = random.nextInt(9);
        DiskRule rule =
                node.disk().crashAt(operation -> kind(operation) == kind, random.chance(0.5));
        later(
                forAWhile().multipliedBy(2),
                () -> {
                    rule.close();
                    startIfDown(node);
                });
    }

    private static int kind(DiskOperation operation) {
        if (operation instanceof DiskOperation.Append) {
            return 0;
        } else if (operation instanceof DiskOperation.Sync) {
            return 1;
        } else if (operation instanceof DiskOperation.Compact) {
            return 2;
        } else if (operation instanceof DiskOperation.Reset) {
            return 3;
        } else if (operation instanceof DiskOperation.SnapshotWrite) {
            return 4;
        } else if (operation instanceof DiskOperation.SnapshotSync) {
            return 5;
        } else if (operation instanceof DiskOperation.SnapshotRename) {
            return 6;
        } else if (operation instanceof DiskOperation.FolderSync) {
            return 7;
        }
        return 8;
    }

    private void snapshot(SimNode node) {
        if (node.isUp() && !node.isStopped()) {
            node.group().admin().snapshot();
        }
    }

    private void failSnapshots(SimNode node) {
        boolean reads = random.chance(0.3);
        DiskRule rule =
                node.disk()
                        .fail(
                                operation ->
                                        operation instanceof DiskOperation.OfSnapshot
                                                && reads
                                                        == operation
                                                                instanceof
                                                                DiskOperation.SnapshotRead);
        later(
                forAWhile(),
                () -> {
                    rule.close();
                    restartIfStopped(node);
                });
    }

    private void damage(SimNode node) {
        if (walk.mayLoseDisk() && node.durable() != null) {
            node.crash();
            node.disk().damage(SimCluster.GROUP, true);
            later(forAWhile(), () -> startIfDown(node));
        }
    }

    /** The node comes back with an empty disk, under its old name: nobody may listen to it. */
    private void loseDisk(SimNode node) {
        if (walk.mayLoseDisk() && cluster.membership().member(node.id()).isPresent()) {
            node.wipe();
            walk.lost(node);
            later(forAWhile(), () -> startIfDown(node));
            later(forAWhile(), walk::step);
        }
    }

    /** What each node decides for itself must not show in what all of them agree on (Z43). */
    private void changeLimits(SimNode node) {
        node.config(
                cluster.config().toBuilder()
                        .sessionTimeout(
                                Duration.ofMillis(random.pick(List.of(1_000, 3_000, 60_000))))
                        .sessionWindow(random.pick(List.of(1, 3, 100)))
                        .sessionReplyBytesMax(random.pick(List.of(0, 100, 1 << 20)))
                        .snapshotEntries(random.pick(List.of(3, 20, 100)))
                        .trailingEntries(random.pick(List.of(0, 5, 100)))
                        .build());
        crash(node);
    }

    /** Starts a node that was up before, or that joins. */
    static void startIfDown(SimNode node) {
        if (!node.isUp()) {
            node.tryStart();
        }
    }

    private void stop(SimNode node) {
        node.stop();
        later(forAWhile(), () -> startIfDown(node));
    }

    private void pause(SimNode node) {
        node.pause();
        later(forAWhile(), node::resume);
    }

    private void split() {
        List<NodeId> side =
                cluster.nodes().stream()
                        .map(SimNode::id)
                        .filter(node -> random.chance(0.5))
                        .toList();
        cluster.network().partition(side);
        later(forAWhile(), cluster.network()::mendAll);
    }

    private void cutOneWay() {
        for (SimNode from : cluster.nodes()) {
            for (SimNode to : cluster.nodes()) {
                if (from != to && random.chance(0.3)) {
                    cluster.network().cut(from.id(), to.id());
                }
            }
        }
        later(forAWhile(), cluster.network()::mendAll);
    }

    private void echo() {
        Duration timeout = cluster.config().electionTimeout();
        cluster.network().echo(0.3, timeout.multipliedBy(random.between(1, 12)));
        later(forAWhile().multipliedBy(2), () -> cluster.network().echo(0, Duration.ZERO));
    }

    private void contest() {
        Duration timeout = cluster.config().electionTimeout();
        cluster.leader().ifPresent(leader -> cluster.network().isolate(leader.id()));
        if (random.chance(0.5)) {
            Duration late = timeout.multipliedBy(random.between(2, 6)).dividedBy(2);
            MessageRule votes =
                    cluster.network()
                            .delay(
                                    (from, to, message) -> message instanceof RequestVoteResponse,
                                    late);
            after(timeout.multipliedBy(6), votes::close);
        } else {
            LinkQuality usual = options.network();
            cluster.network()
                    .quality(
                            usual.withLoss(0)
                                    .withDisorder(0.5, 1)
                                    .withDelay(usual.delayMin(), timeout.dividedBy(2)));
        }
        later(
                forAWhile().plus(timeout),
                () -> {
                    cluster.network().quality(options.network());
                    cluster.network().mendAll();
                });
    }

    /** Who was cut off, with entries that nobody else has, comes back when its successor goes. */
    private void changeSides(SimNode leader) {
        cluster.network().isolate(leader.id());
        later(
                cluster.config().electionTimeout().multipliedBy(5),
                () -> {
                    cluster.network().mendAll();
                    cluster.leader()
                            .filter(successor -> successor != leader)
                            .ifPresent(successor -> cluster.network().isolate(successor.id()));
                    later(forAWhile(), cluster.network()::mendAll);
                });
    }

    private void disturbChange() {
        walk.step();
        if (random.chance(0.5)) {
            disturbLeader();
            return;
        }
        MessageRule untold = cluster.network().drop(FaultInjector::tellsWhoIsOutOfIt);
        later(
                cluster.config().electionTimeout().multipliedBy(2),
                () -> cluster.leader().ifPresent(leader -> cluster.network().isolate(leader.id())));
        later(
                cluster.config().electionTimeout().multipliedBy(8),
                () -> {
                    untold.close();
                    cluster.network().mendAll();
                });
    }

    /** While some have a joint configuration, those whom it is to end for go by the one before. */
    private static boolean tellsWhoIsOutOfIt(NodeId from, NodeId to, Message message) {
        return message instanceof Message.AppendEntries append
                && append.entries().stream()
                        .filter(entry -> entry.type() == EntryType.MEMBERSHIP)
                        .map(GroupImage::membership)
                        .anyMatch(next -> next.isJoint() && !next.voters().containsKey(to));
    }

    /**
     * A leader is lost; a successor that sleeps may wake up, and stand, when the transfer has been
     * given up; or it is told late, and the old leader does not hear what becomes of it.
     */
    private void disturbTransfer(SimNode successor) {
        Duration timeout = cluster.config().electionTimeout();
        SimNode leader = cluster.leader().orElse(successor);
        if (leader == successor) {
            return;
        }
        leader.group().admin().transferLeadership(successor.id());
        switch (random.nextInt(3)) {
            case 0 -> disturbLeader();
            case 1 -> later(timeout.dividedBy(2), () -> pause(successor));
            default -> {
                Duration late = timeout.multipliedBy(random.between(0, 6)).dividedBy(2);
                MessageRule word =
                        cluster.network()
                                .delay((from, to, message) -> message instanceof TimeoutNow, late);
                after(
                        late,
                        () -> {
                            word.close();
                            cluster.network().cut(successor.id(), leader.id());
                            later(forAWhile(), cluster.network()::mendAll);
                        });
            }
        }
    }

    /**
     * What a lease rests on: clocks that differ by no more than their bound, voters that keep their
     * promise also when they restart, and a leader that looks at the clock after it has slept.
     */
    private void usurp(SimNode leader) {
        List<SimNode> others = new ArrayList<>(cluster.memberNodes());
        others.remove(leader);
        if (options.skewedClocks()) {
            long bound = (long) (cluster.config().maxClockDrift() * 1_000_000);
            others.forEach(node -> node.clockRate(bound));
            leader.clockRate(0);
        }
        switch (random.nextInt(4)) {
            case 0 -> pause(leader);
            case 1 -> cluster.network().isolate(leader.id());
            case 2 -> {
                cluster.network().isolate(leader.id());
                others.stream().filter(node -> random.chance(0.7)).forEach(this::restartNow);
            }
            default -> {
                if (!others.isEmpty()) {
                    forget(leader, others);
                }
            }
        }
        after(
                cluster.config().electionTimeout().multipliedBy(2),
                () -> later(forAWhile(), cluster.network()::mendAll));
    }

    /** One node hears the leader no more; the others do, and perhaps forget it all in a restart. */
    private void forget(SimNode leader, List<SimNode> others) {
        SimNode usurper = random.pick(others);
        cluster.network().cutBoth(leader.id(), usurper.id());
        if (random.chance(0.5)) {
            later(
                    cluster.config().electionTimeout().multipliedBy(2),
                    () -> {
                        cluster.network().isolate(leader.id());
                        others.stream()
                                .filter(node -> node != usurper && random.chance(0.9))
                                .forEach(this::restartNow);
                    });
        }
    }

    /**
     * Its time stands still while the others' goes on: a leader does not notice that nobody listens
     * any more, and may hear old answers when there is another one.
     */
    private void stopClock(SimNode node) {
        node.clockRate(-1_000_000);
        Duration timeout = cluster.config().electionTimeout();
        switch (random.nextInt(3)) {
            case 0 -> cluster.network().isolate(node.id());
            case 1 -> split();
            default -> {
                LinkQuality late =
                        options.network().withDelay(Duration.ZERO, timeout.multipliedBy(4));
                for (SimNode other : cluster.nodes()) {
                    if (other != node) {
                        cluster.network().cut(node.id(), other.id());
                        cluster.network().quality(other.id(), node.id(), late);
                    }
                }
            }
        }
        later(
                forAWhile().plus(timeout.multipliedBy(2)),
                () -> {
                    node.clockRate(usualRate());
                    cluster.network().quality(options.network());
                    cluster.network().mendAll();
                });
    }

    /** At once, unless its store takes a while to open. */
    private void restartNow(SimNode node) {
        if (node.isUp()) {
            node.crash();
            if (options.openingMax().isZero()) {
                startIfDown(node);
            } else {
                Duration half = cluster.config().electionTimeout().dividedBy(2);
                later(random.between(Duration.ZERO, half), () -> startIfDown(node));
            }
        }
    }

    /** Before long something happens to whoever leads by then. */
    private void disturbLeader() {
        later(cluster.config().electionTimeout(), () -> cluster.leader().ifPresent(this::disturb));
    }

    private void disturb(SimNode leader) {
        switch (random.nextInt(3)) {
            case 0 -> crash(leader);
            case 1 -> pause(leader);
            default -> {
                cluster.network().isolate(leader.id());
                later(forAWhile(), cluster.network()::mendAll);
            }
        }
    }

    private void worsenNetwork() {
        LinkQuality usual = options.network();
        Duration timeout = cluster.config().electionTimeout();
        cluster.network()
                .quality(
                        usual.withLoss(0.3)
                                .withDisorder(0.2, 0.5)
                                .withDelay(usual.delayMin(), usual.delayMin().plus(timeout)));
        later(forAWhile(), () -> cluster.network().quality(usual));
    }

    private void slowDown(SimNode node) {
        Duration timeout = cluster.config().electionTimeout();
        node.disk().syncTime(timeout.dividedBy(4), timeout.multipliedBy(2));
        later(forAWhile(), () -> node.disk().syncTime(options.syncMin(), options.syncMax()));
    }

    private void failSync(SimNode node) {
        DiskRule rule = node.disk().fail(operation -> operation instanceof DiskOperation.Sync);
        later(
                forAWhile(),
                () -> {
                    rule.close();
                    restart(node);
                });
    }

    private void fill(SimNode node) {
        node.disk().full(true);
        later(
                forAWhile(),
                () -> {
                    node.disk().full(false);
                    restart(node);
                });
    }

    private void restart(SimNode node) {
        restartIfStopped(node);
        startIfDown(node);
    }

    private static void restartIfStopped(SimNode node) {
        if (node.isStopped() || node.disk().hasFailed()) {
            node.crash();
            startIfDown(node);
        }
    }

    private void transfer(SimNode target) {
        SimNode asked = random.pick(cluster.nodes());
        if (asked.isUp() && !asked.isStopped()) {
            asked.group().admin().transferLeadership(target.id());
        }
    }

    /** No more faults; everything is mended, and every node runs that ever ran. */
    void heal() {
        over = true;
        if (random.chance(0.2)) {
            cluster.nodes().forEach(SimNode::crash); // All begin at the same moment, as equals.
        }
        cluster.network().mendAll();
        cluster.network().closeRules();
        cluster.network().quality(LinkQuality.GOOD);
        cluster.network().echo(0, Duration.ZERO);
        for (SimNode node : cluster.nodes()) {
            node.disk().clearFaults();
            node.disk().syncTime(Duration.ofNanos(200_000), Duration.ofMillis(1));
            node.disk().snapshotTime(Duration.ofNanos(200_000), Duration.ofMillis(1));
            node.schedulingDelay(20_000);
            node.clockRate(usualRate());
            node.resume();
            if (!walk.isGhost(node)) {
                restart(node);
            }
        }
    }

    /** Whether a node has lost its disk, so that nobody listens to it any more. */
    boolean isLost(SimNode node) {
        return walk.isLost(node);
    }

    /** Whether all wishes for other members have had their outcome. */
    boolean isQuiet() {
        return walk.isQuiet();
    }

    /** Asks for the removal of members that lost their disks; false if there is none. */
    boolean removeLost() {
        return walk.removeLost();
    }
}
