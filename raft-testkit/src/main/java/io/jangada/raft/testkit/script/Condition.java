package io.jangada.raft.testkit.script;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.Role;
import io.jangada.raft.testkit.sim.SimCluster;
import io.jangada.raft.testkit.sim.SimNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Something that may hold or not, in words: {@code n1 leads}, {@code n3 applied >= n1.commit and
 * converged}, {@code not n2 leads}, {@code alice ok}, {@code acks met >= 2}.
 */
final class Condition {
    static final String GRAMMAR =
            "leader | nobody leads | converged | joint | voters LIST | learners LIST | changes done"
                    + " | NODE leads|follows|learns|up|down|stopped|paused|joint"
                    + " | NODE term|first|last|commit|applied|snapshot|unsynced OP NUMBER|NODE.WHAT"
                    + " | NODE has KEY VALUE|absent | CLIENT done|ok|refused|unknown|expired"
                    + " | CLIENT got TEXT | RULE met|holds OP NUMBER; with 'not' before and 'and'"
                    + " between";

    private static final List<String> METRICS =
            List.of("term", "first", "last", "commit", "applied", "snapshot", "unsynced");

    private final String text;
    private final BooleanSupplier test;
    private final Supplier<String> instead;

    private Condition(String text, BooleanSupplier test, Supplier<String> instead) {
        this.text = text;
        this.test = test;
        this.instead = instead;
    }

    boolean holds() {
        return test.getAsBoolean();
    }

    /** How things are now. */
    String instead() {
        return instead.get();
    }

    @Override
    public String toString() {
        return text;
    }

    /** Takes a condition from words, up to their end. */
    static Condition parse(Stage stage, Words words) {
        List<Condition> all = new ArrayList<>();
        do {
            boolean not = words.take("not");
            Condition one = new Parser(stage, words).parse();
            all.add(not ? negated(one) : one);
        } while (words.take("and"));
        return all.size() == 1 ? all.get(0) : conjunction(all);
    }

    private static Condition negated(Condition one) {
        return new Condition("not " + one, () -> !one.holds(), one::instead);
    }

    private static Condition conjunction(List<Condition> all) {
        return new Condition(
                String.join(" and ", all.stream().map(Condition::toString).toList()),
                () -> all.stream().allMatch(Condition::holds),
                () ->
                        String.join(
                                "; ",
                                all.stream()
                                        .filter(each -> !each.holds())
                                        .map(Condition::instead)
                                        .toList()));
    }

    /** One condition without {@code not} and {@code and}. */
    private static final class Parser {
        private final Stage stage;
        private final Words words;
        private final SimCluster cluster;

        Parser(Stage stage, Words words) {
            this.stage = stage;
            this.words = words;
            this.cluster = stage.cluster(words);
        }

        Condition parse() {
            String first = words.next("a condition");
            return switch (first) {
                case "nobody" -> nobodyLeads();
                case "converged" ->
                        of("converged", cluster::isConverged, () -> "" + cluster.divergence());
                case "joint" -> of("joint", () -> cluster.membership().isJoint(), this::membership);
                case "voters", "learners" -> members(first);
                case "changes" -> changesDone();
                default -> named(first);
            };
        }

        private static Condition of(String text, BooleanSupplier test, Supplier<String> instead) {
            return new Condition(text, test, instead);
        }

        private Condition nobodyLeads() {
            expectWord("leads");
            return of(
                    "nobody leads",
                    () -> cluster.leader().isEmpty(),
                    () -> cluster.leader().map(node -> node + " leads").orElse(""));
        }

        private Condition changesDone() {
            expectWord("done");
            return of(
                    "changes done", () -> stage.changes().areDone(), () -> "a change is under way");
        }

        private void expectWord(String word) {
            if (!words.take(word)) {
                throw words.bad("'" + word + "' is missing");
            }
        }

        private Condition members(String kind) {
            String list = words.next("a list of nodes");
            return of(
                    kind + " " + list,
                    () -> {
                        Membership now = cluster.membership();
                        var set = kind.equals("voters") ? now.voters() : now.learners();
                        String names =
                                String.join(
                                        ",", set.keySet().stream().map(n -> n.value()).toList());
                        return !now.isJoint() && names.equals(list.equals("none") ? "" : list);
                    },
                    this::membership);
        }

        private String membership() {
            return "the members are " + ViewInstructions.members(cluster.membership());
        }

        private Condition named(String name) {
            if (stage.hasRule(name)) {
                return rule(name);
            } else if (name.equals("leader") && !isVerbNext()) {
                return of("leader", () -> cluster.leader().isPresent(), () -> "nobody leads");
            } else if (Stage.isNode(name)) {
                return node(stage.node(words, name));
            }
            ScriptClient client = stage.clients(words).known(name);
            if (client == null) {
                throw words.bad("'" + name + "' is no condition; conditions are " + GRAMMAR);
            }
            return client(name, client);
        }

        /** Whether the word "leader" stands for the node that leads now. */
        private boolean isVerbNext() {
            return words.hasNext() && !words.isNext("and");
        }

        private Condition rule(String name) {
            String what = words.next("met or holds");
            Rule rule = stage.rule(words, name);
            return switch (what) {
                case "met" -> compare(name + " met", rule::met);
                case "holds" -> compare(name + " holds", rule::held);
                default -> throw words.bad("a rule has met, or holds, and not '" + what + "'");
            };
        }

        private Condition client(String name, ScriptClient client) {
            String what = words.next("how it ended");
            Supplier<String> instead = () -> name + ": " + client.outcome() + " " + client.answer();
            if (what.equals("got")) {
                String text = words.next("a value");
                String quoted = text.equals("absent") ? text : '"' + text + '"';
                return of(name + " got " + text, () -> client.answer().equals(quoted), instead);
            } else if (what.equals("done")) {
                return of(name + " done", client::isIdle, instead);
            }
            for (ScriptClient.Outcome outcome : ScriptClient.Outcome.values()) {
                if (outcome.name().equalsIgnoreCase(what)) {
                    return of(name + " " + what, () -> client.outcome() == outcome, instead);
                }
            }
            throw words.bad("a client is not '" + what + "'");
        }

        private Condition node(SimNode node) {
            String what = words.next("what the node is or has");
            if (METRICS.contains(what)) {
                return compare(node + " " + what, metric(node, what));
            } else if (what.equals("has")) {
                return has(node);
            }
            BooleanSupplier test =
                    switch (what) {
                        case "leads" -> () -> node.role() == Role.LEADER;
                        case "follows" -> () -> node.role() == Role.FOLLOWER;
                        case "learns" -> () -> node.role() == Role.LEARNER;
                        case "up" -> node::isUp;
                        case "down" -> () -> !node.isUp();
                        case "stopped" -> node::isStopped;
                        case "paused" -> node::isPaused;
                        case "joint" -> () -> node.membership().isJoint();
                        default -> throw words.bad("a node cannot be '" + what + "'");
                    };
            return of(node + " " + what, test, () -> describe(node));
        }

        private static String describe(SimNode node) {
            return node
                    + " is "
                    + (node.isUp() ? "" + node.role() : "down")
                    + " in term "
                    + node.term();
        }

        private Condition has(SimNode node) {
            String key = words.next("a key");
            String value = words.next("a value");
            Supplier<String> present =
                    () ->
                            node.machine()
                                    .map(
                                            machine ->
                                                    Objects.requireNonNullElse(
                                                            machine.get(key), "absent"))
                                    .orElse("down");
            return of(
                    node + " has " + key + " " + value,
                    () -> present.get().equals(value),
                    () -> node + " has " + key + " " + present.get());
        }

        private LongSupplier metric(SimNode node, String what) {
            return switch (what) {
                case "term" -> node::term;
                case "first" -> node::firstIndex;
                case "last" -> node::lastIndex;
                case "commit" -> node::commitIndex;
                case "applied" -> node::appliedIndex;
                case "snapshot" -> node::snapshotIndex;
                case "unsynced" -> node.disk()::unsyncedRecords;
                default -> throw words.bad("a node has no '" + what + "', but " + METRICS);
            };
        }

        private Condition compare(String name, LongSupplier left) {
            String operator = words.next("a comparison");
            String number = words.next("a number");
            LongSupplier right = number(number);
            return of(
                    name + " " + operator + " " + number,
                    comparison(operator, left, right),
                    () -> name + " is " + left.getAsLong());
        }

        private BooleanSupplier comparison(String operator, LongSupplier left, LongSupplier right) {
            return switch (operator) {
                case "=" -> () -> left.getAsLong() == right.getAsLong();
                case ">=" -> () -> left.getAsLong() >= right.getAsLong();
                case "<=" -> () -> left.getAsLong() <= right.getAsLong();
                case ">" -> () -> left.getAsLong() > right.getAsLong();
                case "<" -> () -> left.getAsLong() < right.getAsLong();
                default -> throw words.bad("'" + operator + "' is none of = >= <= > <");
            };
        }

        private LongSupplier number(String text) {
            int dot = text.indexOf('.');
            if (dot > 0) {
                return metric(stage.node(words, text.substring(0, dot)), text.substring(dot + 1));
            }
            int number = words.number(text);
            return () -> number;
        }
    }
}
