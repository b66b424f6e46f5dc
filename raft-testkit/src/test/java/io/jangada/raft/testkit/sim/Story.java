package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.impl.core.Message.RequestVote;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the named scenarios share: a cluster, and the words that their stories are told in. */
@ExtendWith(QuietLogs.class)
abstract class Story {
    /** The election timeout of all stories that do not say otherwise. */
    static final Duration T = RaftConfig.defaults().electionTimeout();

    private static final long SEED = Long.getLong("seed", 1);

    /** Far from those that a workload uses. */
    private long lastCommand = 1L << 40;

    SimCluster cluster;
    SimNetwork network;

    /** A started cluster; the seed is 1 unless {@code -Dseed} says otherwise. */
    void nodes(int count) {
        nodes(count, RaftConfig.defaults());
    }

    void nodes(int count, RaftConfig config) {
        nodes(count, config, SEED);
    }

    void nodes(int count, RaftConfig config, long seed) {
        cluster =
                SimCluster.of(
                        seed,
                        count,
                        config,
                        Boolean.getBoolean("trace") ? System.out::println : null);
        network = cluster.network();
    }

    void run(Duration duration) {
        cluster.run(duration);
    }

    void runTimeouts(int electionTimeouts) {
        cluster.run(cluster.config().electionTimeout().multipliedBy(electionTimeouts));
    }

    // Writes and reads

    CompletableFuture<KvOutput> write(SimNode node, KvInput input) {
        return node.group().write(command(input));
    }

    /** A command that was not made before. */
    KvCommand command(KvInput input) {
        return new KvCommand(++lastCommand, input);
    }

    CompletableFuture<KvOutput> put(SimNode node, String key, String value) {
        return write(node, new KvInput.Put(key, value));
    }

    /** Writes, and waits for the answer. */
    void putNow(SimNode node, String key, String value) {
        assertEquals(new KvOutput.Done(), await(put(node, key, value)));
    }

    CompletableFuture<String> get(SimNode node, ReadMode mode, String key) {
        return node.group().read(mode, machine -> "" + machine.get(key));
    }

    /** Reads linearizably, and waits for the answer; "null" if the key is absent. */
    String getNow(SimNode node, String key) {
        return await(get(node, ReadMode.INDEX, key));
    }

    <R> R await(CompletableFuture<R> future) {
        assertTrue(
                cluster.runUntil(future::isDone, T.multipliedBy(10)), "no answer in ten timeouts");
        return future.join();
    }

    Throwable failureOf(CompletableFuture<?> future) {
        assertTrue(
                cluster.runUntil(future::isDone, T.multipliedBy(20)), "no outcome in 20 timeouts");
        return future.handle((result, failure) -> failure).join();
    }

    /**
     * Writes so many entries, a few keys over and over, waits for all answers, and leaves time for
     * snapshots in between.
     */
    void fill(SimNode node, int entries) {
        for (int left = entries; left > 0; left -= 10) {
            List<CompletableFuture<?>> writes = new ArrayList<>();
            for (int i = 0; i < Math.min(left, 10); i++) {
                writes.add(put(node, "fill" + i % 10, "v" + (left - i)));
            }
            await(CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)));
            run(Duration.ofMillis(5));
        }
    }

    // Members

    /** Asks for other members, and waits until the wish is granted. */
    Membership change(SimNode asked, MembershipChange change) {
        CompletableFuture<Membership> future = asked.group().admin().change(change);
        boolean done = cluster.runUntil(future::isDone, T.multipliedBy(40));
        assertTrue(done, () -> change + " did not come to an end: " + cluster.divergence());
        return future.join();
    }

    /** A new machine whose process waits to be added. */
    SimNode newcomer() {
        SimNode node = cluster.addNode();
        node.start();
        return node;
    }

    /** A new voter that has caught up. */
    SimNode addVoter() {
        SimNode node = newcomer();
        change(awaitLeader(), new MembershipChange.Add(node.member()));
        return node;
    }

    static Membership voters(SimNode... nodes) {
        return Membership.ofVoters(Stream.of(nodes).map(SimNode::member).toList());
    }

    SimNode someOther(SimNode... but) {
        List<SimNode> members = cluster.memberNodes();
        List<SimNode> others = new ArrayList<>(members.isEmpty() ? cluster.nodes() : members);
        others.removeAll(List.of(but));
        return others.get(0);
    }

    // Nodes

    SimNode awaitLeader() {
        return cluster.awaitLeader();
    }

    /** A node that does not lead. */
    SimNode someFollower() {
        SimNode leader = awaitLeader();
        return cluster.node(leader == cluster.node(1) ? 2 : 1);
    }

    /** Makes a node the leader: nobody else may stand for election until it leads. */
    void elect(SimNode node) {
        MessageRule others =
                network.drop(
                        (from, to, message) ->
                                message instanceof RequestVote && !from.equals(node.id()));
        boolean leads =
                cluster.runUntil(() -> cluster.leader().orElse(null) == node, T.multipliedBy(20));
        assertTrue(leads, () -> node + " does not lead");
        others.close();
    }

    /** Makes a node the leader instead of the one that leads. */
    void handOver(SimNode node) {
        boolean leads = false;
        // A leader does not hand over to a node that it does not know to be whole yet.
        for (int attempt = 0; attempt < 5 && !leads; attempt++) {
            awaitLeader().group().admin().transferLeadership(node.id());
            leads = cluster.runUntil(() -> cluster.leader().orElse(null) == node, T);
        }
        assertTrue(leads, () -> node + " does not lead");
    }

    void awaitConverged() {
        boolean converged = cluster.runUntil(cluster::isConverged, T.multipliedBy(15));
        assertTrue(converged, () -> "not whole again: " + cluster.divergence());
    }

    void crash(SimNode... nodes) {
        for (SimNode node : nodes) {
            node.crash();
        }
    }

    void start(SimNode... nodes) {
        for (SimNode node : nodes) {
            node.start();
        }
    }

    /** Clients work for a while on whatever happens; then all must be well, and have been well. */
    Workload load(WorkloadOptions options) {
        Workload workload = new Workload(cluster, options);
        workload.start();
        return workload;
    }

    void judge(Workload workload) {
        workload.stop();
        awaitConverged();
        assertTrue(cluster.runUntil(workload::isIdle, T.multipliedBy(20)), "clients still wait");
        workload.probe(T.multipliedBy(15));
        awaitConverged();
        workload.verify();
        assertTrue(workload.successCount() > 0, "nobody got anything done");
    }
}
