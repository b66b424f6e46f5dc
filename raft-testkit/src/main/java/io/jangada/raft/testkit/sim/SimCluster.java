package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.Role;
import io.jangada.raft.spi.LogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of nodes that run the library's own runtime in virtual time, with one group, of a
 * {@link KvMachine} unless said otherwise. All invariants are checked after every event.
 */
public final class SimCluster {
    /** The group of every simulated cluster that invariants watch and workloads use. */
    public static final GroupId GROUP = GroupId.of("g");

    private final Simulation simulation;
    private final RaftConfig config;
    private final SimApplication application;
    private final Invariants invariants = new Invariants();
    private final SimNetwork network;
    private final List<Member> founders = new ArrayList<>();
    private final List<SimNode> nodes = new ArrayList<>();

    /**
     * A cluster of nodes n1, n2, and so on, not started.
     *
     * @param simulation its world; of this cluster alone
     * @param size how many nodes, all of them voters
     * @param config the settings of all nodes
     */
    public SimCluster(Simulation simulation, int size, RaftConfig config) {
        this(simulation, size, config, new KvApplication());
    }

    /**
     * A cluster with somebody's own state machines, of nodes n1, n2, and so on, not started.
     *
     * @param simulation its world; of this cluster alone
     * @param size how many nodes, all of them voters
     * @param config the settings of all nodes
     * @param source makes the machines
     */
    public SimCluster(
            Simulation simulation, int size, RaftConfig config, MachineSource<?, ?, ?> source) {
        this(simulation, size, config, new SourceApplication<>(source));
    }

    SimCluster(Simulation simulation, int size, RaftConfig config, SimApplication application) {
        this.simulation = simulation;
        this.config = config;
        this.application = application;
        this.network = new SimNetwork(simulation, invariants);
        for (int number = 1; number <= size; number++) {
            founders.add(newNode(false).member());
        }
        simulation.afterEvent(this::afterEvent);
    }

    /**
     * A started cluster with default settings, for a test's first line.
     *
     * @param seed decides all that is random
     * @param size how many nodes
     * @return the cluster at time 0
     */
    public static SimCluster of(long seed, int size) {
        return of(seed, size, RaftConfig.defaults(), null);
    }

    /**
     * A started cluster.
     *
     * @param seed decides all that is random
     * @param size how many nodes
     * @param config the settings of all nodes
     * @param lines takes a line per event for people, or null
     * @return the cluster at time 0
     */
    public static SimCluster of(
            long seed, int size, RaftConfig config, @Nullable Consumer<String> lines) {
        SimCluster cluster = new SimCluster(new Simulation(seed, lines), size, config);
        cluster.startAll();
        return cluster;
    }

    private SimNode newNode(boolean joins) {
        int number = nodes.size() + 1;
        SimNode node = new SimNode(this, NodeId.of("n" + number), number, joins);
        nodes.add(node);
        network.add(node);
        invariants.add(node);
        return node;
    }

    /**
     * One more machine, which waits to be added to the group. Not started.
     *
     * @return the node, with the next free number
     */
    public SimNode addNode() {
        return newNode(true);
    }

    private void afterEvent() {
        invariants.afterEvent();
        failIfViolated();
    }

    /** Ends the run if an invariant has found something. */
    void failIfViolated() {
        String violation = invariants.violation();
        if (violation != null) {
            fail(violation);
        }
    }

    /**
     * Notes that something is wrong, where nothing may be thrown. The run fails with the first of
     * these when the present event is over.
     *
     * @param violation what is wrong
     */
    public void report(String violation) {
        invariants.report(violation);
    }

    void fail(String violation) {
        throw new SimulationFailure(
                "seed "
                        + simulation.seed()
                        + " at "
                        + TraceEvent.seconds(simulation.nowNanos())
                        + " s: "
                        + violation);
    }

    // Parts

    /**
     * The world's clock and chance.
     *
     * @return the simulation that this cluster runs in
     */
    public Simulation simulation() {
        return simulation;
    }

    /**
     * The network between the nodes.
     *
     * @return the network
     */
    public SimNetwork network() {
        return network;
    }

    /**
     * The settings.
     *
     * @return the same for all nodes
     */
    public RaftConfig config() {
        return config;
    }

    SimApplication application() {
        return application;
    }

    Invariants invariants() {
        return invariants;
    }

    List<Member> founders() {
        return founders;
    }

    /** Whom a node that joins may ask, and besides itself. */
    List<Member> seeds(SimNode joining) {
        List<Member> members = new ArrayList<>(membership().members());
        for (Member founder : founders) {
            if (membership().member(founder.id()).isEmpty()) {
                members.add(founder);
            }
        }
        members.removeIf(member -> member.id().equals(joining.id()));
        members.add(joining.member());
        return members;
    }

    /**
     * The latest configuration that anybody knows to be committed.
     *
     * @return empty before the first one is
     */
    public Membership membership() {
        return invariants.record().membership();
    }

    /**
     * The nodes that belong to the group.
     *
     * @return voters and learners of {@link #membership()}, up or down
     */
    public List<SimNode> memberNodes() {
        Membership membership = membership();
        return nodes.stream().filter(node -> membership.member(node.id()).isPresent()).toList();
    }

    /** Members that run, or did before. */
    List<SimNode> realMembers() {
        return memberNodes().stream().filter(node -> !node.neverStarted()).toList();
    }

    /**
     * All nodes.
     *
     * @return in the order of their numbers, up or down
     */
    public List<SimNode> nodes() {
        return List.copyOf(nodes);
    }

    /**
     * One node.
     *
     * @param number from 1
     * @return the node
     */
    public SimNode node(int number) {
        return nodes.get(number - 1);
    }

    /**
     * One node.
     *
     * @param id its name
     * @return the node
     */
    public SimNode node(NodeId id) {
        return nodes.stream().filter(node -> node.id().equals(id)).findFirst().orElseThrow();
    }

    // Control

    /** Starts every node that does not run. */
    public void startAll() {
        for (SimNode node : nodes) {
            if (!node.isUp()) {
                node.start();
            }
        }
    }

    /** Crashes every node at this moment. */
    public void crashAll() {
        nodes.forEach(SimNode::crash);
    }

    /**
     * Says that clocks may differ by more than {@link RaftConfig#maxClockDrift()} from now on, so
     * that lease reads may be stale; everything else must still hold.
     */
    public void allowClocksBeyondBound() {
        invariants.leaseSafety().suspend();
    }

    /**
     * Lets time pass; see {@link Simulation#run}.
     *
     * @param duration how much
     */
    public void run(Duration duration) {
        simulation.run(duration);
    }

    /**
     * Lets time pass until something holds; see {@link Simulation#runUntil}.
     *
     * @param condition what is waited for
     * @param limit how long at most
     * @return whether it holds now
     */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        return simulation.runUntil(condition, limit);
    }

    /**
     * Lets time pass until some node leads, and fails if none does within ten election timeouts.
     *
     * @return the leader of the highest term
     */
    public SimNode awaitLeader() {
        Duration limit = config.electionTimeout().multipliedBy(15);
        if (!runUntil(() -> leader().isPresent(), limit)) {
            fail("no leader within " + limit);
        }
        return leader().orElseThrow();
    }

    /**
     * Who leads.
     *
     * @return among the nodes that believe to lead, the one with the highest term
     */
    public Optional<SimNode> leader() {
        SimNode leader = null;
        for (SimNode node : nodes) {
            if (node.role() == Role.LEADER && (leader == null || node.term() > leader.term())) {
                leader = node;
            }
        }
        return Optional.ofNullable(leader);
    }

    /**
     * Whether all members, but for learners that never ran, are up, follow one leader, have one
     * configuration that is not joint, and equal logs, all committed and applied, and equal state
     * machines.
     *
     * @return true if the cluster is at rest and whole
     */
    public boolean isConverged() {
        return divergence() == null;
    }

    /**
     * What is missing for {@link #isConverged}.
     *
     * @return in words, null if nothing is
     */
    public @Nullable String divergence() {
        SimNode leader = leader().orElse(null);
        GroupImage log = leader == null ? null : leader.log();
        if (leader == null || log == null) {
            return "nobody leads";
        }
        if (leader.membership().isJoint()) {
            return "the configuration is joint: " + leader.membership();
        }
        if (!membership().equals(leader.membership())) {
            return "the configuration '" + leader.membership() + "' is not committed";
        }
        for (SimNode node : memberNodes()) {
            if (node.neverStarted() && !leader.membership().isVoter(node.id())) {
                continue; // A change that nobody knows of any more has left it as a learner.
            }
            if (node.role() == Role.STOPPED || node.isPaused()) {
                return node + " does not run";
            }
            boolean follows = leader.id().equals(node.group().status().leader().orElse(null));
            if (!follows || node.term() != leader.term()) {
                return node + " in term " + node.term() + " does not follow " + leader;
            }
            GroupImage own = node.log();
            long last = leader.lastIndex();
            if (own == null
                    || node.lastIndex() != last
                    || !own.matches(last, log.prefixHash(last))) {
                return node + " has another log than leader " + leader;
            }
            if (node.commitIndex() != last || node.appliedIndex() != last) {
                return node + " has not applied all up to " + last;
            }
            if (node.stateHash() != leader.stateHash()) {
                return node + " has another state than leader " + leader;
            }
            if (own.rebuilding()) {
                return node + " is still rebuilding its copy";
            }
        }
        return null;
    }

    /**
     * An entry of a log in words.
     *
     * @param entry an entry of a node of a simulated cluster
     * @return as in {@code put k "v"}, {@code voters n1,n2,n3} or {@code first entry of a term}
     */
    public static String words(LogEntry entry) {
        return EntryWords.of(entry);
    }
}
