package io.jangada.raft.testkit.script;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.testkit.sim.BulkInFlight;
import io.jangada.raft.testkit.sim.BulkRule;
import io.jangada.raft.testkit.sim.LinkQuality;
import io.jangada.raft.testkit.sim.MessageFilter;
import io.jangada.raft.testkit.sim.MessageRule;
import io.jangada.raft.testkit.sim.SimNetwork;
import io.jangada.raft.testkit.sim.SimNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Links, and chosen messages. */
final class NetworkInstructions {
    private final Stage stage;

    NetworkInstructions(Stage stage) {
        this.stage = stage;
    }

    void addTo(Instructions all) {
        all.add(
                "cut LINK...",
                "cuts links: n1>n2 in that direction, n1-n2 in both",
                words -> links(words, SimNetwork::cut));
        all.add(
                "mend [LINK...]",
                "mends links, or all of them",
                words -> {
                    if (words.hasNext()) {
                        links(words, SimNetwork::mend);
                    } else {
                        words.end();
                        network(words).mendAll();
                    }
                });
        all.add("isolate NODE...", "cuts nodes off from all others", this::isolate);
        all.add(
                "partition NODES NODES...",
                "cuts all links between the groups; who is not named is alone",
                this::partition);
        all.add(
                "links [good] [from=NODE to=NODE] [delay=RANGE] [loss=P] [duplicate=P] [reorder=P]",
                "how links treat messages from now on",
                this::quality);
        String filter = FilterWords.USAGE;
        all.add("drop " + filter + " [as=NAME]", "loses chosen messages", this::drop);
        all.add("hold " + filter + " as=NAME", "keeps chosen messages back", this::hold);
        all.add(
                "delay " + filter + " by=DURATION [as=NAME]",
                "delays chosen messages",
                this::delay);
        all.add("duplicate " + filter + " [as=NAME]", "doubles chosen messages", this::duplicate);
        all.add("pass " + filter + " [as=NAME]", "excepts messages from earlier rules", this::pass);
        all.add(
                "crash-sender " + filter + " when=before|after [as=NAME]",
                "the power of its sender fails before or after the next chosen message leaves",
                this::crashSender);
        all.add(
                "crash-receiver " + filter + " [as=NAME]",
                "the power of its receiver fails when the next chosen message arrives",
                this::crashReceiver);
        all.add("held NAME", "shows what a rule holds, with numbers", this::held);
        all.add(
                "deliver NAME NUMBER...|all [in=DURATION] [copy=yes]",
                "lets held messages arrive, in the order of the numbers; of held operations of a"
                        + " disk number 1, the oldest, goes on",
                this::deliver);
        all.add("lose NAME NUMBER...|all", "loses held messages", this::lose);
        all.add(
                "release NAME...",
                "ends rules; what they hold goes on in its order",
                words -> end(words, Rule::release));
        all.add(
                "end NAME...",
                "ends rules; what they hold is never seen again",
                words -> end(words, Rule::end));
    }

    private SimNetwork network(Words words) {
        return stage.cluster(words).network();
    }

    // Links

    private interface LinkAction {
        void on(SimNetwork network, NodeId from, NodeId to);
    }

    private void links(Words words, LinkAction action) {
        List<String> links = words.rest("a link such as n1>n2 or n1-n2");
        words.end();
        for (String link : links) {
            String[] ends = link.split("[>-]", -1);
            if (ends.length != 2) {
                throw words.bad("'" + link + "' is not a link such as n1>n2 or n1-n2");
            }
            NodeId from = stage.node(words, ends[0]).id();
            NodeId to = stage.node(words, ends[1]).id();
            action.on(network(words), from, to);
            if (link.contains("-")) {
                action.on(network(words), to, from);
            }
        }
    }

    private void isolate(Words words) {
        List<SimNode> nodes = stage.nodes(words, words.rest("a node"));
        words.end();
        nodes.forEach(node -> network(words).isolate(node.id()));
    }

    private void partition(Words words) {
        Map<SimNode, Integer> sides = new HashMap<>();
        List<String> groups = words.rest("a group of nodes such as n1,n2");
        words.end();
        for (int i = 0; i < groups.size(); i++) {
            for (SimNode node : stage.nodes(words, List.of(groups.get(i)))) {
                sides.put(node, i);
            }
        }
        for (SimNode one : stage.cluster(words).nodes()) {
            for (SimNode other : stage.cluster(words).nodes()) {
                Integer side = sides.get(one);
                boolean together = side != null && side.equals(sides.get(other));
                if (one != other && !together) {
                    network(words).cut(one.id(), other.id());
                }
            }
        }
    }

    private void quality(Words words) {
        words.take("good");
        LinkQuality quality = LinkQuality.GOOD;
        String delay = words.option("delay");
        if (delay != null) {
            Duration[] range = words.range(delay);
            quality = quality.withDelay(range[0], range[1]);
        }
        quality =
                quality.withLoss(words.share(words.option("loss", "0")))
                        .withDisorder(
                                words.share(words.option("duplicate", "0")),
                                words.share(words.option("reorder", "0")));
        String from = words.option("from");
        String to = words.option("to");
        words.end();
        if (from == null && to == null) {
            network(words).quality(quality);
            return;
        }
        for (SimNode sender : stage.nodes(words, List.of(from == null ? "all" : from))) {
            for (SimNode receiver : stage.nodes(words, List.of(to == null ? "all" : to))) {
                if (sender != receiver) {
                    network(words).quality(sender.id(), receiver.id(), quality);
                }
            }
        }
    }

    // Rules

    private interface OfMessages {
        MessageRule rule(SimNetwork network, MessageFilter filter);
    }

    private interface OfBulk {
        BulkRule rule(SimNetwork network, Predicate<BulkInFlight> filter);
    }

    private void add(Words words, boolean holds, OfMessages messages, OfBulk bulk) {
        FilterWords filter = new FilterWords(stage, words);
        String name = words.option("as");
        words.end();
        Rule rule =
                filter.isBulk()
                        ? Rule.of(bulk.rule(network(words), filter.bulk()), holds)
                        : Rule.of(messages.rule(network(words), filter.messages()), holds);
        stage.keep(words, name, rule);
    }

    private static OfBulk notBulk(Words words) {
        return (network, filter) -> {
            throw words.bad("this cannot be done to Bulk");
        };
    }

    private void drop(Words words) {
        add(words, false, SimNetwork::drop, SimNetwork::dropBulk);
    }

    private void hold(Words words) {
        add(words, true, SimNetwork::hold, SimNetwork::holdBulk);
    }

    private void delay(Words words) {
        Duration by = words.duration(words.required("by"));
        add(
                words,
                false,
                (network, filter) -> network.delay(filter, by),
                (network, filter) -> network.delayBulk(filter, by));
    }

    private void duplicate(Words words) {
        add(words, false, SimNetwork::duplicate, SimNetwork::duplicateBulk);
    }

    private void pass(Words words) {
        add(words, false, SimNetwork::deliver, notBulk(words));
    }

    private void crashSender(Words words) {
        String when = words.required("when");
        if (!when.equals("before") && !when.equals("after")) {
            throw words.bad("a sender crashes before or after, not '" + when + "'");
        }
        boolean sent = when.equals("after");
        add(words, false, (network, filter) -> network.crashSender(filter, sent), notBulk(words));
    }

    private void crashReceiver(Words words) {
        add(words, false, SimNetwork::crashReceiver, notBulk(words));
    }

    // What rules hold

    private void held(Words words) {
        Rule rule = stage.rule(words, words.next("a rule"));
        words.end();
        List<String> list = rule.list();
        list.forEach(stage::tell);
        if (list.isEmpty()) {
            stage.tell("nothing");
        }
    }

    private void deliver(Words words) {
        boolean copy = words.flag("copy", false);
        String in = words.option("in");
        chosen(
                words,
                (rule, number) -> {
                    if (in != null) {
                        rule.deliverLater(words, number, words.duration(in));
                    } else {
                        rule.deliver(words, number, copy);
                    }
                });
    }

    private void lose(Words words) {
        chosen(words, (rule, number) -> rule.lose(words, number));
    }

    private void chosen(Words words, BiConsumer<Rule, Integer> action) {
        Rule rule = stage.rule(words, words.next("a rule"));
        List<String> chosen = words.rest("a number, or all");
        words.end();
        List<Integer> numbers = new ArrayList<>();
        for (String each : chosen) {
            if (each.equals("all")) {
                numbers.addAll(rule.numbers());
            } else {
                numbers.add(words.number(each));
            }
        }
        numbers.forEach(number -> action.accept(rule, number));
    }

    private void end(Words words, Consumer<Rule> how) {
        List<String> names = words.rest("a rule");
        words.end();
        for (String name : names) {
            how.accept(stage.rule(words, name));
            stage.forget(name);
        }
    }
}
