package io.jangada.raft.testkit.script;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.testkit.sim.SimCluster;
import io.jangada.raft.testkit.sim.SimNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a script works on: a cluster, its clients, its rules, and the lines that it has told. */
final class Stage {
    private final List<String> told = new ArrayList<>();
    private final Map<String, Rule> rules = new TreeMap<>();
    private final Changes changes = new Changes(this);
    private Consumer<SimCluster> whenOpen = opened -> {};
    private int unnamed;
    private @Nullable SimCluster cluster;
    private @Nullable Observer observer;
    private @Nullable Clients clients;
    private @Nullable String expectedViolation;

    /** Begins with a cluster. */
    void open(Words words, SimCluster opened) {
        if (cluster != null) {
            throw words.bad("there is a cluster already; a script has one");
        }
        cluster = opened;
        clients = new Clients(this, opened);
        observer = new Observer(this, opened);
        opened.simulation().observe(observer::afterEvent);
        whenOpen.accept(opened);
    }

    /** Lets somebody see the cluster before anything happens to it. */
    void whenOpen(Consumer<SimCluster> hearer) {
        whenOpen = hearer;
    }

    boolean isOpen() {
        return cluster != null;
    }

    SimCluster cluster(Words words) {
        if (cluster == null) {
            throw words.bad("there is no cluster yet; begin with 'cluster N'");
        }
        return cluster;
    }

    SimCluster cluster() {
        if (cluster == null) {
            throw new IllegalStateException("there is no cluster");
        }
        return cluster;
    }

    Clients clients(Words words) {
        cluster(words);
        return clients();
    }

    Clients clients() {
        if (clients == null) {
            throw new IllegalStateException("there is no cluster");
        }
        return clients;
    }

    Changes changes() {
        return changes;
    }

    // What is told

    void tell(String line) {
        told.add(line);
    }

    /** What was told since the last call. */
    List<String> takeTold() {
        List<String> lines = List.copyOf(told);
        told.clear();
        return lines;
    }

    /** What an instruction itself has done is no news. */
    void expectNoNews() {
        if (observer != null) {
            observer.look(false);
        }
    }

    /** The next violation of an invariant is what the script is about. */
    void expectViolation(String invariant) {
        expectedViolation = invariant;
    }

    @Nullable String expectedViolation() {
        return expectedViolation;
    }

    // Time

    /** How long something may take that should happen by itself. */
    Duration patience() {
        return cluster().config().electionTimeout().multipliedBy(20);
    }

    // Nodes

    SimNode node(Words words, String name) {
        SimCluster of = cluster(words);
        if (name.equals("leader")) {
            return of.leader().orElseThrow(() -> words.bad("nobody leads"));
        }
        for (SimNode node : of.nodes()) {
            if (node.id().value().equals(name)) {
                return node;
            }
        }
        throw words.bad("there is no node '" + name + "' but " + names(of.nodes()));
    }

    /** Whether it looks like the name of a node, or a stand-in for one. */
    static boolean isNode(String word) {
        return word.matches("n\\d+|leader");
    }

    /** {@code all}, or names, with commas or spaces between them. */
    List<SimNode> nodes(Words words, List<String> names) {
        List<SimNode> nodes = new ArrayList<>();
        for (String name : names) {
            for (String one : name.split(",")) {
                if (one.equals("all")) {
                    nodes.addAll(cluster(words).nodes());
                } else {
                    nodes.add(node(words, one));
                }
            }
        }
        return nodes;
    }

    static String names(List<SimNode> nodes) {
        return String.join(", ", nodes.stream().map(SimNode::id).map(NodeId::value).toList());
    }

    /** The node that an instruction is for: option {@code at}, else the leader. */
    SimNode at(Words words) {
        SimNode node = node(words, words.option("at", "leader"));
        if (!node.isUp()) {
            throw words.bad("node " + node + " is down");
        }
        return node;
    }

    // Rules

    /** Keeps a rule under a name; without a name it ends when all do. */
    void keep(Words words, @Nullable String name, Rule rule) {
        String key = name == null ? "rule" + ++unnamed : name;
        if (name == null && rule.needsName()) {
            rule.end();
            throw words.bad("name what is held, with as=NAME");
        }
        if (rules.putIfAbsent(key, rule) != null) {
            rule.end();
            throw words.bad("there is a rule '" + name + "' already; end it first");
        }
    }

    boolean hasRule(String name) {
        return rules.containsKey(name);
    }

    Rule rule(Words words, String name) {
        Rule rule = rules.get(name);
        if (rule == null) {
            throw words.bad("there is no rule '" + name + "' but " + rules.keySet());
        }
        return rule;
    }

    void forget(String name) {
        rules.remove(name);
    }

    /** Ends all rules; what they hold goes on its way. */
    void releaseAll() {
        List.copyOf(rules.values()).forEach(Rule::release);
        rules.clear();
    }

    /** Nothing of the simulation waits any more. */
    void close() {
        if (cluster != null) {
            cluster.crashAll();
        }
    }
}
