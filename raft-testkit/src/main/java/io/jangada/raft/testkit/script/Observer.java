package io.jangada.raft.testkit.script;

import io.jangada.raft.api.Role;
import io.jangada.raft.testkit.sim.SimCluster;
import io.jangada.raft.testkit.sim.SimNode;
import java.util.HashMap;
import java.util.Map;

/** Tells what happens to a cluster by itself: who leads, who stops, who loses its power. */
final class Observer {
    private record Seen(long leadsInTerm, boolean up, boolean stopped) {
        private static final Seen NEW = new Seen(0, false, false);
    }

    private final Stage stage;
    private final SimCluster cluster;
    private final Map<SimNode, Seen> seen = new HashMap<>();

    Observer(Stage stage, SimCluster cluster) {
        this.stage = stage;
        this.cluster = cluster;
    }

    void afterEvent() {
        stage.clients().afterEvent();
        stage.changes().afterEvent();
        look(true);
    }

    /** Takes in how things are, and tells what is new. */
    void look(boolean tells) {
        for (SimNode node : cluster.nodes()) {
            Seen now =
                    new Seen(
                            node.role() == Role.LEADER ? node.term() : 0,
                            node.isUp(),
                            node.isUp() && node.isStopped());
            Seen before = seen.getOrDefault(node, Seen.NEW);
            if (!now.equals(before)) {
                seen.put(node, now);
                if (tells) {
                    tell(node, before, now);
                }
            }
        }
    }

    private void tell(SimNode node, Seen before, Seen now) {
        if (before.up() && !now.up()) {
            stage.tell(node + " loses its power");
        } else if (!before.stopped() && now.stopped()) {
            stage.tell(node + " stops: " + node.group().status().stopped().orElse("closed"));
        } else if (now.leadsInTerm() != 0) {
            stage.tell(node + " leads in term " + now.leadsInTerm());
        } else if (before.leadsInTerm() != 0 && now.up()) {
            stage.tell(node + " leads no longer");
        }
    }
}
