package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.impl.core.RaftCore.PeerProgress;
import io.jangada.raft.impl.runtime.Host;
import io.jangada.raft.impl.runtime.Inspection;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.testkit.check.KvOutput;
import io.jangada.raft.testkit.sim.TraceEvent.Shape;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One machine of a simulated cluster: a process that comes and goes, a disk, a clock. */
public final class SimNode {
    /** Everything that one life of the process has. */
    private record Running(
            Life life,
            SimTransport transport,
            Host host,
            SimApplication.Instance application,
            Inspection inspection) {
        RaftGroup<?, ?, ?> group() {
            return application.group();
        }
    }

    private final SimCluster cluster;
    private final Simulation simulation;
    private final NodeId id;
    private final int number;
    private final SimClock clock;
    private final SimDisk disk;
    private final boolean joins;
    private @Nullable Running running;

    /** The life that is being started. */
    private @Nullable Life beginning;

    private RaftConfig config;
    private int priority;
    private boolean everStarted;
    private boolean retired;

    /** How many messages were sent before the disk was lost: none of them is for its successor. */
    private long messagesBeforeWipe;

    private long schedulingNanosMax = 20_000;

    private Duration openingMax = Duration.ZERO;

    /** When the process ended last, in virtual time. */
    private long endedNanos = Long.MAX_VALUE;

    /** When the lock was taken on the store that is open, on the node's clock. */
    private long lockedNanos;

    /** The process is being ended in good order. */
    private boolean stopping;

    /** Something ran here since the invariants were checked. */
    private boolean touched;

    /** The status that the invariants have seen. */
    private @Nullable CoreStatus checkedStatus;

    /**
     * A node that was never started.
     *
     * @param joins whether it waits to be added to the cluster, instead of founding it
     */
    SimNode(SimCluster cluster, NodeId id, int number, boolean joins) {
        this.cluster = cluster;
        this.simulation = cluster.simulation();
        this.id = id;
        this.number = number;
        this.joins = joins;
        this.config = cluster.config();
        this.clock = new SimClock(0);
        this.disk = new SimDisk(this, simulation, cluster.invariants());
    }

    /**
     * Its name.
     *
     * @return the id
     */
    public NodeId id() {
        return id;
    }

    int number() {
        return number;
    }

    /**
     * Its disk.
     *
     * @return the disk, the same one for all lives
     */
    public SimDisk disk() {
        return disk;
    }

    // Life

    /**
     * Starts the process on what the disk holds. A rule may make it crash on the way: it is not up
     * afterwards.
     *
     * @throws IllegalStateException if it runs
     * @throws StoreException if the disk cannot be used
     */
    public void start() {
        if (running != null) {
            throw new IllegalStateException("node " + id + " runs already");
        }
        clock.restart(simulation.nowNanos(), simulation.random().between(0, 1L << 40));
        lockedNanos = clock.localAt(simulation.nowNanos() - drawOpening());
        simulation.note(Notes.START, number, Shape.LIFE, id, null, () -> "starts");
        checkedStatus = null;
        everStarted = true;
        Life life = new Life(this, simulation);
        beginning = life;
        try {
            running = begin(life);
            touched = true;
        } catch (StoreException e) {
            if (!life.isOver()) {
                life.end();
                disk.crash(disk.unsyncedRecords());
                throw e;
            }
        } finally {
            beginning = null;
        }
    }

    /** It begins after the end of the process that had the lock before. */
    private long drawOpening() {
        long down = Math.max(0, simulation.nowNanos() - endedNanos);
        long most = Math.min(openingMax.toNanos(), down);
        if (most == 0 || simulation.random().chance(0.5)) {
            return most;
        }
        return simulation.random().between(0, most);
    }

    /** See {@link io.jangada.raft.spi.GroupLog#heldFor()}. */
    long lockedNanos() {
        return lockedNanos;
    }

    /** Starts it unless its disk is full or damaged: then it is started again another time. */
    void tryStart() {
        if (retired) {
            return;
        }
        try {
            start();
        } catch (StoreException e) {
            simulation.note(Notes.START, -number, id, () -> "cannot start: " + e.getMessage());
        }
    }

    private Running begin(Life life) {
        SimTransport transport = new SimTransport(life, cluster.network());
        SimEnvironment environment = new SimEnvironment(life, simulation, transport);
        Host host = Host.open(spec(), environment);
        SimApplication.Instance application = cluster.application().open(cluster, this, host);
        return new Running(life, transport, host, application, new Inspection(application.group()));
    }

    private HostSpec spec() {
        return new HostSpec(
                id,
                null,
                joins ? cluster.seeds(this) : cluster.founders(),
                null,
                null,
                config,
                null,
                null,
                null,
                joins,
                priority,
                1L << 40,
                null);
    }

    /**
     * How much it is preferred as a leader, from its next start on.
     *
     * @param preference from 0
     */
    public void priority(int preference) {
        priority = preference;
    }

    /**
     * How much of the time in which the process was down may have gone into opening its store: it
     * had the lock meanwhile, and was bound by its promises, without running.
     *
     * @param most zero if it opens its store in no time
     */
    public void openingMax(Duration most) {
        openingMax = most;
    }

    /**
     * Other settings than the cluster's, from its next start on.
     *
     * @param settings with the same times, since nodes that disagree about these promise each other
     *     nothing
     */
    public void config(RaftConfig settings) {
        config = settings;
    }

    /**
     * Its address.
     *
     * @return what a membership change names it with
     */
    public Member member() {
        return new Member(id, "sim" + number + ":7000");
    }

    /**
     * Ends the process at once, as a power failure does: of what was not synced a random prefix
     * survives. Does nothing if it does not run.
     */
    public void crash() {
        crashKeeping(disk.randomSurvivors());
    }

    /**
     * Ends the process at once. Does nothing if it does not run.
     *
     * @param survivors how many of the unsynced records of the log survive, the oldest first; at
     *     most {@link SimDisk#unsyncedRecords()}. What survives of files of snapshots, chance
     *     decides.
     */
    public void crashKeeping(int survivors) {
        String what = survivors + " unsynced records survive";
        crash(survivors, what, () -> disk.crash(survivors));
    }

    /**
     * Ends the process at once. Does nothing if it does not run.
     *
     * @param survives chooses what survives among all that is not synced, see {@link
     *     SimDisk#unsynced()}; a lost record of the log, or piece of a file, takes those behind it
     *     along
     */
    public void crashKeeping(Predicate<? super UnsyncedWrite> survives) {
        crashKeeping(disk.chosen(survives));
    }

    /** Ends the process at once, and spares these parts of what is not synced. */
    void crashKeeping(Set<Object> survivors) {
        String what = survivors.size() + " unsynced parts survive";
        crash(survivors.size(), what, () -> disk.crash(survivors));
    }

    private void crash(int survivors, String what, Runnable powerFailure) {
        Running was = running;
        Life life = was == null ? beginning : was.life();
        if (life != null && !life.isOver()) {
            simulation.note(
                    Notes.CRASH,
                    number * 1_000_003L + survivors,
                    Shape.LIFE,
                    id,
                    null,
                    () -> "crashes, " + what);
            running = null;
            endedNanos = simulation.nowNanos();
            powerFailure.run();
            life.end();
            cluster.invariants().onCrash(this);
        }
    }

    /**
     * Starts the process anew.
     *
     * @throws StoreException if the disk cannot be used
     */
    public void restart() {
        crash();
        start();
    }

    /** Replaces the disk by an empty one, and ends the process if it runs. */
    public void wipe() {
        crash();
        simulation.note(Notes.DISK_FAULT, -number, id, () -> "loses its disk");
        disk.wipe();
        messagesBeforeWipe = cluster.network().sentCount();
        cluster.invariants().onWipe(this);
    }

    /**
     * The machine is switched off for good. Of nodes that lost their disks only the latest may run:
     * a majority of founders with empty disks is a new cluster.
     */
    void retire() {
        crash();
        retired = true;
    }

    /** Ends the process in good order, handing leadership over. Takes virtual time. */
    public void stop() {
        Running was = running;
        if (was != null && !was.life().isPaused()) {
            stopping = true;
            was.host().close();
            stopping = false;
            if (!was.life().isOver()) {
                crashKeeping(disk.unsyncedRecords());
            }
        }
    }

    /** Stops the process as SIGSTOP does: time goes on without it. */
    public void pause() {
        if (running != null) {
            simulation.note(Notes.PAUSE, number, Shape.LIFE, id, null, () -> "pauses");
            running.life().pause();
        }
    }

    /** Lets a paused process go on as if nothing had happened. */
    public void resume() {
        if (running != null && running.life().isPaused()) {
            simulation.note(Notes.PAUSE, -number, Shape.LIFE, id, null, () -> "resumes");
            running.life().resume();
        }
    }

    /**
     * Whether the process runs, paused or not.
     *
     * @return false before {@link #start} and after a crash
     */
    public boolean isUp() {
        return running != null;
    }

    /**
     * Whether the process is paused.
     *
     * @return true between {@link #pause} and {@link #resume}
     */
    public boolean isPaused() {
        return running != null && running.life().isPaused();
    }

    /**
     * Whether the process runs but its group has stopped, because of a disk fault for example.
     *
     * @return true if only a restart helps
     */
    public boolean isStopped() {
        return running != null && running.inspection().isStopped();
    }

    /** Whether there is a reason for the group to be stopped. */
    boolean mayStop() {
        return stopping || disk.hasFailed() || disk.hasDamagedSnapshot();
    }

    String stopReason() {
        return running == null ? "down" : running.group().status().stopped().orElse("closed");
    }

    // Time

    /**
     * Makes the node's monotonic clock run fast or slow from now on. Of clocks of the wall no node
     * of a simulation has one: nothing in the library may ask for it.
     *
     * @param partsPerMillion how much faster than virtual time; at -1,000,000 it stands still
     * @throws IllegalArgumentException if the clock would run backwards
     */
    public void clockRate(long partsPerMillion) {
        if (partsPerMillion < -1_000_000) {
            throw new IllegalArgumentException(
                    "a monotonic clock cannot run backwards: " + partsPerMillion + " ppm");
        }
        simulation.note(
                Notes.CLOCK,
                number * 1_000_003L + partsPerMillion,
                id,
                () -> "clock gains " + partsPerMillion + " ppm");
        clock.setRate(simulation.nowNanos(), partsPerMillion);
        if (running != null) {
            running.life().clockChanged();
        }
    }

    /**
     * Lets the node's monotonic clock skip some time, as after a freeze of everything but the
     * clock. More than {@link io.jangada.raft.api.RaftConfig#maxClockDrift()} of the election
     * timeout is beyond the bound, see {@link SimCluster#allowClocksBeyondBound()}. For the
     * opposite, a clock that stops for a while, see {@link #clockRate}.
     *
     * @param skipped how much, not negative
     * @throws IllegalArgumentException if the clock would run backwards
     */
    public void clockJump(Duration skipped) {
        if (skipped.isNegative()) {
            throw new IllegalArgumentException(
                    "a monotonic clock cannot run backwards: it cannot skip " + skipped);
        }
        simulation.note(
                Notes.CLOCK,
                number * 1_000_003L + skipped.toNanos(),
                id,
                () -> "clock skips " + skipped);
        clock.jump(simulation.nowNanos(), skipped.toNanos());
        if (running != null) {
            running.life().clockChanged();
        }
    }

    /**
     * How long a woken worker may wait for its thread.
     *
     * @param nanosMax the longest, at least 1
     */
    public void schedulingDelay(long nanosMax) {
        schedulingNanosMax = nanosMax;
    }

    long schedulingNanos() {
        return simulation.random().between(0, schedulingNanosMax);
    }

    SimClock clock() {
        return clock;
    }

    long electionTimeoutNanos() {
        return cluster.config().electionTimeout().toNanos();
    }

    long localNanos() {
        return clock.localAt(simulation.nowNanos());
    }

    // The group

    /**
     * The group as clients of this node use it. In a cluster of other machines only what all groups
     * have in common may be used, such as {@code admin()}.
     *
     * @return the running group
     * @throws IllegalStateException if the process does not run
     */
    @SuppressWarnings("unchecked") // Generic types are not there at run time.
    public RaftGroup<KvMachine, KvCommand, KvOutput> group() {
        return (RaftGroup<KvMachine, KvCommand, KvOutput>) required().group();
    }

    /**
     * The group as clients of this node use it, whatever its state machine is.
     *
     * @return the running group
     * @throws IllegalStateException if the process does not run
     */
    public RaftGroup<?, ?, ?> anyGroup() {
        return required().group();
    }

    private Running required() {
        if (running == null) {
            throw new IllegalStateException("node " + id + " does not run");
        }
        return running;
    }

    /**
     * The state machine of the present life.
     *
     * @return the machine, empty if the process does not run or if its machine is another one
     */
    public Optional<KvMachine> machine() {
        return Optional.ofNullable(running)
                .map(life -> life.application().machine())
                .filter(KvMachine.class::isInstance)
                .map(KvMachine.class::cast);
    }

    /** A fingerprint of the state machine's state; 0 if the process does not run. */
    long stateHash() {
        return running == null ? 0 : running.application().stateHash();
    }

    /** The core's state as the runtime last published it; null if the process does not run. */
    @Nullable CoreStatus status() {
        return running == null ? null : running.inspection().status();
    }

    /**
     * The present role.
     *
     * @return {@link Role#STOPPED} if the process does not run or its group has stopped
     */
    public Role role() {
        CoreStatus status = status();
        return status == null || isStopped() ? Role.STOPPED : status.role();
    }

    /**
     * The present term.
     *
     * @return the term, that of the disk if the process does not run
     */
    public long term() {
        CoreStatus status = status();
        GroupImage image = durable();
        return status != null
                ? status.currentTerm()
                : image == null ? 0 : image.hardState().currentTerm();
    }

    /**
     * The last index of the log.
     *
     * @return the index, that of the disk if the process does not run
     */
    public long lastIndex() {
        CoreStatus status = status();
        GroupImage image = durable();
        return status != null ? status.lastIndex() : image == null ? 0 : image.lastIndex();
    }

    /**
     * The highest index known here to be committed.
     *
     * @return 0 if the process does not run
     */
    public long commitIndex() {
        CoreStatus status = status();
        return status == null ? 0 : status.commitIndex();
    }

    /**
     * The highest index applied here.
     *
     * @return 0 if the process does not run
     */
    public long appliedIndex() {
        return running == null ? 0 : running.inspection().appliedIndex();
    }

    /**
     * The index of the latest snapshot.
     *
     * @return 0 if there is none, or the process does not run
     */
    public long snapshotIndex() {
        return running == null ? 0 : disk.liveSnapshot(SimCluster.GROUP);
    }

    /**
     * The first index of the log.
     *
     * @return 1 unless a snapshot stands for what came before; 0 if the process does not run
     */
    public long firstIndex() {
        CoreStatus status = status();
        return status == null ? 0 : status.firstIndex();
    }

    /**
     * The configuration that this node goes by.
     *
     * @return the latest one in its log; empty if the process does not run
     */
    public Membership membership() {
        CoreStatus status = status();
        return status == null ? Membership.EMPTY : status.membership();
    }

    /**
     * The log.
     *
     * @return its entries in order, those on the disk if the process does not run
     */
    public List<LogEntry> entries() {
        GroupImage log = running == null ? durable() : log();
        if (log == null || log.lastIndex() < log.firstIndex()) {
            return List.of();
        }
        return log.entries(log.firstIndex(), log.lastIndex(), Long.MAX_VALUE);
    }

    Map<NodeId, PeerProgress> progress() {
        return running == null ? Map.of() : running.inspection().progress();
    }

    /** The log as this life sees it; null if the process does not run. */
    @Nullable GroupImage log() {
        return running == null ? null : disk.live(SimCluster.GROUP);
    }

    /** The log as it would be after a power failure that spares nothing unsynced. */
    @Nullable GroupImage durable() {
        return disk.durable(SimCluster.GROUP);
    }

    // For the simulator

    Invariants invariants() {
        return cluster.invariants();
    }

    @Nullable Life life() {
        return running == null ? null : running.life();
    }

    boolean neverStarted() {
        return !everStarted;
    }

    /** The way to and from this node as long as the process runs. */
    @Nullable SimTransport transport() {
        return running == null ? null : running.transport();
    }

    void receive(InFlight message) {
        Running to = running;
        if (to != null && message.number() > messagesBeforeWipe) {
            to.life()
                    .run(
                            () -> {
                                cluster.invariants().onReceive(this, message);
                                to.transport().receive(message);
                            });
        }
    }

    void receive(BulkInFlight frame) {
        Running to = running;
        if (to != null) {
            to.life().run(() -> to.transport().receive(frame));
        }
    }

    void touch() {
        touched = true;
    }

    /** Whether something ran here since the last call. */
    boolean takeTouched() {
        boolean was = touched;
        touched = false;
        return was;
    }

    @Nullable CoreStatus checkedStatus() {
        return checkedStatus;
    }

    void checked(CoreStatus status) {
        checkedStatus = status;
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
