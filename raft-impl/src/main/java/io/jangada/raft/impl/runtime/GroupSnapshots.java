package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftException;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.impl.core.Input;
import io.jangada.raft.impl.core.Ready;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.SnapshotInfo;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of one group as its loop sees them: when one is due by time or wanted by somebody,
 * what a finished one means for core and log, and how far one is that comes from another node. Runs
 * on the loop, but for the two listeners' methods.
 */
final class GroupSnapshots implements Snapshotter.Listener, SnapshotReceiver.Listener {
    private static final Logger LOG = System.getLogger(GroupSnapshots.class.getName());

    /** How often a line in the log, and an event, say how far a snapshot has come. */
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How often the core hears of progress. */
    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Somebody who waits for a snapshot of a state no older than this. */
    private record Demand(long index, CompletableFuture<Long> done) {}

    private final GroupCore<?, ?, ?> group;
    private final NodeId node;
    private final GroupLog log;
    private final RaftConfig config;
    private final SnapshotReceivers receivers;
    private final EventBus events;
    private final List<Demand> demands = new ArrayList<>();
    private long dueNanos;

    /** How many percent of a snapshot are here, or -1 if none is coming in. */
    private volatile int percent = -1;

    /** What is coming in, or was last; of the receivers' worker. */
    private @Nullable SnapshotInfo coming;

    private long toldNanos;
    private long reportedNanos;

    /** Where the snapshot to install came from. */
    private @Nullable NodeId installFrom;

    private @Nullable SnapshotInfo installing;

    GroupSnapshots(
            GroupCore<?, ?, ?> group,
            NodeId node,
            GroupLog log,
            RaftConfig config,
            SnapshotReceivers receivers,
            EventBus events,
            long nowNanos) {
        this.group = group;
        this.node = node;
        this.log = log;
        this.config = config;
        this.receivers = receivers;
        this.events = events;
        this.dueNanos = nowNanos + firstInterval();
    }

    /** Not all groups of all nodes at the same time: from half the interval to all of it. */
    private long firstInterval() {
        long interval = config.snapshotInterval().toNanos();
        long share = Math.floorMod((group.id().value() + node.value()).hashCode(), 1024);
        return interval / 2 + interval / 2048 * share;
    }

    // Taking

    /**
     * A crash may have come between the latest snapshot and the end of the log below it. Where the
     * log has something else than a snapshot that was received, the core is about to reset it.
     */
    void start() {
        log.snapshots()
                .latest()
                .map(SnapshotInfo::meta)
                .filter(meta -> meta.index() >= log.firstIndex() - 1)
                .filter(meta -> meta.index() <= log.lastIndex())
                .filter(meta -> meta.term() == log.term(meta.index()))
                .ifPresent(meta -> compactBehind(meta.index()));
    }

    /** When {@link #tick} is due. */
    long deadlineNanos() {
        return dueNanos;
    }

    void tick(long nowNanos, long appliedIndex) {
        if (nowNanos < dueNanos) {
            return;
        }
        dueNanos = nowNanos + config.snapshotInterval().toNanos();
        if (appliedIndex > latestIndex()) {
            group.takeSnapshot();
        }
    }

    private long latestIndex() {
        return log.snapshots().latest().map(latest -> latest.meta().index()).orElse(0L);
    }

    /** Somebody wants a snapshot now. */
    void demand(CompletableFuture<Long> done, long appliedIndex) {
        long index = Math.max(appliedIndex, group.status().snapshotIndex());
        if (index == 0) {
            done.completeExceptionally(
                    new RejectedException.NoLeader(
                            "nothing is applied here yet, so there is nothing to take a snapshot"
                                    + " of",
                            null));
            return;
        }
        demands.add(new Demand(index, done));
        group.takeSnapshot();
    }

    @Override
    public void saved(SnapshotInfo info) {
        group.execute(now -> onSaved(info, now));
    }

    private void onSaved(SnapshotInfo info, long nowNanos) {
        long index = info.meta().index();
        if (index > group.appliedIndex()) {
            return; // Not taken here: it was received just now, and is about to be installed.
        }
        if (index > group.snapshotIndex()) {
            group.step(new Input.SnapshotSaved(nowNanos, info));
            compactBehind(index);
            dueNanos = nowNanos + config.snapshotInterval().toNanos();
            long term = group.status().currentTerm();
            LOG.log(
                    Level.INFO,
                    "group={0} node={1} term={2} index={3}: took a snapshot of {4} bytes",
                    group.id(),
                    node,
                    Long.toString(term),
                    Long.toString(index),
                    Long.toString(info.bytes()));
            events.publish(
                    new RaftEvent.SnapshotTaken(group.id(), node, term, index, info.bytes()));
        }
        onStatus(group.status());
        boolean tooOld = demands.stream().anyMatch(demand -> demand.index() > index);
        if (tooOld) {
            group.takeSnapshot();
        }
    }

    /** Whoever waited for this may see it now, also in the status. */
    void onStatus(CoreStatus now) {
        if (demands.isEmpty()) {
            return;
        }
        for (Demand demand : List.copyOf(demands)) {
            if (demand.index() <= now.snapshotIndex()) {
                demands.remove(demand);
                demand.done().complete(now.snapshotIndex());
            }
        }
    }

    /** The log below a durable snapshot may go, but for what followers that lag a little need. */
    void compactBehind(long snapshotIndex) {
        long index = Math.min(snapshotIndex - config.trailingEntries(), group.mayCompactTo());
        if (index >= log.firstIndex()) {
            log.compact(index);
        }
    }

    @Override
    public void notSaved(Exception cause) {
        group.execute(now -> onNotSaved(cause));
    }

    private void onNotSaved(Exception cause) {
        LOG.log(
                Level.WARNING,
                "group="
                        + group.id()
                        + " node="
                        + node
                        + ": a snapshot could not be taken; the next one is tried when it is due: "
                        + cause.getMessage(),
                cause);
        demands.forEach(demand -> demand.done().completeExceptionally(cause));
        demands.clear();
    }

    @Override
    public void abandoned() {
        group.execute(
                now -> {
                    if (!demands.isEmpty()) {
                        group.takeSnapshot();
                    }
                });
    }

    void close(RaftException reason) {
        demands.forEach(demand -> demand.done().completeExceptionally(reason));
        demands.clear();
    }

    // Receiving

    /** A snapshot is to be pulled. */
    void fetch(Ready.Fetch fetch) {
        receivers.fetch(group.id(), log.snapshots(), fetch.from(), fetch.info(), this);
    }

    @Override
    public void fetched(NodeId from, SnapshotInfo info, long bytes) {
        long now = group.nanoTime();
        boolean first = !info.equals(coming);
        coming = info;
        percent = (int) (info.bytes() == 0 ? 100 : 100 * bytes / info.bytes());
        if (first || now - toldNanos >= PROGRESS_NANOS) {
            toldNanos = now;
            group.execute(at -> group.step(new Input.SnapshotProgress(at, info, bytes)));
        }
        if (first || now - reportedNanos >= REPORT_NANOS) {
            reportedNanos = now;
            report(from, info, bytes, false, "receives a snapshot");
        }
    }

    private void report(
            NodeId from, SnapshotInfo info, long bytes, boolean installed, String what) {
        long term = group.status().currentTerm();
        LOG.log(
                Level.INFO,
                "group={0} node={1} term={2} index={3}: {4} from {5}, {6}% of {7} bytes",
                group.id(),
                node,
                Long.toString(term),
                Long.toString(info.meta().index()),
                what,
                from,
                Long.toString(info.bytes() == 0 ? 100 : 100 * bytes / info.bytes()),
                Long.toString(info.bytes()));
        events.publish(
                new RaftEvent.SnapshotProgress(
                        group.id(),
                        node,
                        term,
                        from,
                        info.meta().index(),
                        bytes,
                        info.bytes(),
                        installed));
    }

    @Override
    public void received(NodeId from, SnapshotInfo info) {
        coming = null;
        group.execute(
                now -> {
                    installFrom = from;
                    percent = -1;
                    group.step(new Input.SnapshotReceived(now, info));
                });
    }

    @Override
    public void failed(SnapshotInfo info, String why) {
        coming = null;
        percent = -1;
        LOG.log(
                Level.INFO,
                "group={0} node={1} index={2}: stopped receiving a snapshot: {3}",
                group.id(),
                node,
                Long.toString(info.meta().index()),
                why);
        group.execute(now -> group.step(new Input.SnapshotFailed(now, info)));
    }

    @Override
    public boolean isObsolete(SnapshotInfo info) {
        return group.status().commitIndex() >= info.meta().index();
    }

    /** The machine is to load one that came in. */
    void installing(SnapshotInfo info) {
        installing = info;
        percent = 100;
    }

    /** The machine has got so far. */
    void onApplied(long appliedIndex) {
        SnapshotInfo info = installing;
        NodeId from = installFrom;
        if (info != null && appliedIndex >= info.meta().index()) {
            installing = null;
            percent = -1;
            if (from != null) {
                report(from, info, info.bytes(), true, "installed a snapshot");
            }
        }
    }

    /** How many percent of a snapshot from another node are here, if one is coming in. */
    OptionalInt installingPercent() {
        int now = percent;
        return now < 0 ? OptionalInt.empty() : OptionalInt.of(now);
    }
}
