package io.jangada.examples.kv.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Changes of who belongs to the cluster, as somebody who runs it would make them. */
final class Members {
    private static final Duration CHANGE_TIME = Duration.ofSeconds(60);
    private static final Duration LEADER_TIME = Duration.ofSeconds(60);

    private Members() {}

    /**
     * Starts a new node and makes it a voter.
     *
     * @param asked who is asked to add it
     * @param asLearner whether it is added as a learner first and promoted then
     * @return whether it came to that; if not, the node is gone again
     */
    static boolean add(ChaosCluster cluster, ChaosNode asked, boolean asLearner)
            throws IOException, InterruptedException {
        ChaosNode added = cluster.join();
        String address = added.raftAddress();
        boolean done =
                asLearner
                        ? isOk(cluster, asked, "RAFT.ADD", added.name(), address, "LEARNER")
                                && isOk(cluster, asked, "RAFT.PROMOTE", added.name())
                        : isOk(cluster, asked, "RAFT.ADD", added.name(), address);
        if (!done) {
            remove(cluster, asked, added);
        }
        return done;
    }

    /**
     * Takes a node out and ends it.
     *
     * @return whether it came to that; if not, it stays as it is
     */
    static boolean remove(ChaosCluster cluster, ChaosNode asked, ChaosNode removed)
            throws IOException {
        String answer = cluster.admin(asked, CHANGE_TIME, "RAFT.REMOVE", removed.name());
        // An error says that it is no member, as when an earlier answer was lost.
        if (answer.equals("OK") || answer.contains("is not a member")) {
            cluster.drop(removed);
            return true;
        }
        return false;
    }

    /** A new node in the place of one that cannot go on. */
    static boolean replace(ChaosCluster cluster, ChaosNode old)
            throws IOException, InterruptedException {
        ChaosNode asked = leaderOtherThan(cluster, old);
        return asked != null && add(cluster, asked, false) && remove(cluster, asked, old);
    }

    private static @Nullable ChaosNode leaderOtherThan(ChaosCluster cluster, ChaosNode old) {
        ChaosNode[] found = {null};
        ChaosCluster.await(
                LEADER_TIME,
                () -> {
                    found[0] = cluster.leader().filter(leader -> leader != old).orElse(null);
                    return found[0] != null;
                });
        return found[0];
    }

    private static boolean isOk(ChaosCluster cluster, ChaosNode asked, String... words) {
        return cluster.admin(asked, CHANGE_TIME, words).equals("OK");
    }

    /** The ids of the voters, as a node knows them. */
    static Set<String> voters(Map<String, String> status) {
        Set<String> ids = new TreeSet<>();
        for (String voter : status.getOrDefault("voters", "").split(",")) {
            ids.add(voter.split("=")[0]);
        }
        ids.remove("");
        return ids;
    }

    /**
     * Makes a healed cluster one of voters that all work: what is no voter, since a change was
     * given up half-way, goes; what was damaged and refuses to serve is replaced.
     */
    static void tidy(ChaosCluster cluster) throws IOException, InterruptedException {
        ChaosNode[] leader = {null};
        ChaosCluster.await(LEADER_TIME, () -> (leader[0] = cluster.leader().orElse(null)) != null);
        if (leader[0] == null) {
            return;
        }
        for (ChaosNode node : cluster.nodes()) {
            Map<String, String> status = cluster.status(node);
            boolean serves = node.isRunning() && !"stopped".equals(status.get("role"));
            if (!voters(cluster.status(leader[0])).contains(node.name())) {
                remove(cluster, leader[0], node);
            } else if (node.isDamaged() && !serves) {
                replace(cluster, node);
            }
        }
    }

    static List<ChaosNode> withoutDisk(List<ChaosNode> nodes) {
        return nodes.stream().filter(node -> node.disk() == null).toList();
    }
}
