package io.jangada.raft.testkit.script;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.testkit.sim.SimNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** What an operator asks for. */
final class MemberInstructions {
    private static final String WAIT = " [at=NODE] [wait=no] [patience=DURATION]";

    private final Stage stage;

    MemberInstructions(Stage stage) {
        this.stage = stage;
    }

    void addTo(Instructions all) {
        all.add(
                "add NODE" + WAIT,
                "a node becomes a voter, once it has caught up",
                words -> change(words, node -> new MembershipChange.Add(node.member())));
        all.add(
                "add-learner NODE" + WAIT,
                "a node becomes a learner",
                words -> change(words, node -> new MembershipChange.AddLearner(node.member())));
        all.add(
                "promote NODE" + WAIT,
                "a learner becomes a voter",
                words -> change(words, node -> new MembershipChange.Promote(node.id())));
        all.add(
                "remove NODE" + WAIT,
                "a node leaves",
                words -> change(words, node -> new MembershipChange.Remove(node.id())));
        all.add(
                "become NODES [learners=NODES]" + WAIT,
                "these become the voters, at once",
                this::become);
        all.add("transfer NODE [at=NODE] [wait=no]", "a node is to lead", this::transfer);
        all.add("snapshot NODE [wait=no]", "a node is to take a snapshot", this::snapshot);
    }

    private interface Wish {
        MembershipChange of(SimNode node);
    }

    private void change(Words words, Wish wish) {
        SimNode node = stage.node(words, words.next("a node"));
        ask(words, wish.of(node), "" + node);
    }

    private void become(Words words) {
        String voters = words.next("the voters");
        String learners = words.option("learners");
        MembershipChange change =
                new MembershipChange.Become(
                        Membership.of(
                                members(words, voters),
                                List.of(),
                                learners == null ? List.of() : members(words, learners)));
        ask(words, change, voters + (learners == null ? "" : " learners " + learners));
    }

    private List<Member> members(Words words, String names) {
        return new ArrayList<>(
                stage.nodes(words, List.of(names)).stream().map(SimNode::member).toList());
    }

    private void ask(Words words, MembershipChange change, String whom) {
        String patience = words.option("patience");
        SimNode asked = stage.at(words);
        String name = change.getClass().getSimpleName();
        String what = name.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
        begin(
                words,
                what + " " + whom,
                asked,
                () ->
                        patience == null
                                ? asked.group().admin().change(change)
                                : asked.group().admin().change(change, words.duration(patience)));
    }

    private void transfer(Words words) {
        SimNode target = stage.node(words, words.next("a node"));
        SimNode asked = stage.at(words);
        begin(
                words,
                "transfer to " + target,
                asked,
                () -> asked.group().admin().transferLeadership(target.id()));
    }

    private void snapshot(Words words) {
        SimNode node = stage.node(words, words.next("a node"));
        if (!node.isUp()) {
            throw words.bad("node " + node + " is down");
        }
        begin(words, "snapshot of " + node, node, () -> node.group().admin().snapshot());
    }

    private interface Call {
        CompletableFuture<?> begin();
    }

    private void begin(Words words, String what, SimNode asked, Call call) {
        boolean waits = words.flag("wait", true);
        words.end();
        BooleanSupplier ended = stage.changes().begin(what, asked, call.begin());
        Duration limit = stage.patience().multipliedBy(2);
        if (waits && !stage.cluster().runUntil(ended, limit)) {
            throw new ScriptFailure(
                    words.where(), "no outcome; with wait=no the script goes on without", null);
        }
    }
}
