package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.id;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.Message.RequestVoteResponse;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Runs the commands of a scripted cluster of etcd-io/raft, read in place, on cores of ours. What
 * the script expects of logs ({@code raft-log}) and progress ({@code status}) must hold here too;
 * its messages and log lines are its own and are not looked at.
 *
 * <p>Where the two differ:
 *
 * <ul>
 *   <li>There a script says who campaigns. Here time does: the node's clock moves on until it
 *       stands. Unless the script asks for check-quorum, which here is always on, everybody else's
 *       promise to a leader lapses too, and leaders notice that they heard nobody.
 *   <li>Pre-vote is always on here. Where the script has none, pre-votes are exchanged at once,
 *       besides the script; they change nothing at those who answer.
 *   <li>A change of voters goes through learners that catch up and a joint configuration, always,
 *       and leaves that by itself.
 *   <li>{@code propose} takes a Ready, so that each proposal travels alone as it does there.
 *   <li>While a peer is given a snapshot, its {@code nextIndex} stays where it was: nothing is sent
 *       to it meanwhile (Z35).
 *   <li>Leadership is not handed over during a change of members, and a leader that is out hands
 *       over by itself; so who leads ({@code raft-state}) is looked at at the end alone.
 * </ul>
 */
final class InteractionScript {
    private record Command(String line, List<String> input, List<String> expected) {
        String verb() {
            return line.split(" ")[0];
        }

        List<String> arguments() {
            return Arrays.stream(line.split(" ")).skip(1).filter(a -> !a.contains("=")).toList();
        }

        /** The value of {@code name=value} or {@code name=(a,b)}; empty if there is none. */
        String option(String name) {
            for (String part : line.split(" ")) {
                if (part.startsWith(name + "=")) {
                    return part.substring(name.length() + 1).replaceAll("[()]", "");
                }
            }
            return "";
        }
    }

    private final Path file;
    private final Map<String, Integer> done = new HashMap<>();
    private boolean preVote;
    private boolean checkQuorum;
    final Cluster cluster = new Cluster();

    private InteractionScript(Path file) {
        this.file = file;
    }

    /** Runs a whole script. */
    static InteractionScript run(String name) throws IOException {
        Path file = Vectors.folder("interaction").resolve(name + ".txt");
        InteractionScript script = new InteractionScript(file);
        for (Command command : read(Files.readAllLines(file))) {
            script.run(command);
            script.done.merge(command.verb(), 1, Integer::sum);
        }
        return script;
    }

    TestNode node(int name) {
        TestNode node = cluster.node(Integer.toString(name));
        assertNotNull(node);
        return node;
    }

    /** How often a command came. */
    int count(String verb) {
        return done.getOrDefault(verb, 0);
    }

    private static List<Command> read(List<String> lines) {
        List<Command> commands = new ArrayList<>();
        List<String> head = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.equals("----")) {
                List<String> expected = new ArrayList<>();
                while (i + 1 < lines.size() && !lines.get(i + 1).isBlank()) {
                    expected.add(lines.get(++i));
                }
                commands.add(
                        new Command(
                                head.get(0), List.copyOf(head.subList(1, head.size())), expected));
                head.clear();
            } else if (!line.isBlank() && !line.startsWith("#")) {
                head.add(line);
            }
        }
        return commands;
    }

    private void run(Command command) {
        switch (command.verb()) {
            case "add-nodes" -> addNodes(command);
            case "campaign" -> campaign(id(command.arguments().get(0)));
            case "propose" -> propose(command);
            case "propose-conf-change" -> change(command);
            case "compact" -> compact(command);
            case "stabilize" -> stabilize(command);
            case "process-ready" -> cluster.run(id(command.arguments().get(0)));
            case "deliver-msgs" -> deliver(command);
            case "tick-heartbeat" -> {
                cluster.after(100);
                cluster.node(command.arguments().get(0)).tick();
            }
            case "tick-election" -> tickElection(cluster.node(command.arguments().get(0)));
            case "raft-log" -> checkLog(command);
            case "status" -> checkProgress(command);
            case "transfer-leadership" -> transfer(command);
            case "log-level", "set-randomized-election-timeout", "raft-state" -> {}
            default -> throw new AssertionError("no counterpart of '" + command.line() + "'");
        }
    }

    private void addNodes(Command command) {
        preVote = command.option("prevote").equals("true");
        checkQuorum = command.option("checkquorum").equals("true");
        String inflight = command.option("inflight");
        RaftConfig config =
                RaftConfig.builder()
                        .inflightMessagesMax(inflight.isEmpty() ? 256 : Integer.parseInt(inflight))
                        .build();
        String membership =
                command.option("voters").replace(',', ' ')
                        + "; learners "
                        + command.option("learners").replace(',', ' ');
        int first = cluster.nodes.size() + 1;
        long now = first == 1 ? 0 : node(1).nowNanos();
        for (int i = first; i < first + Integer.parseInt(command.arguments().get(0)); i++) {
            NodeId id = id(Integer.toString(i));
            String index = command.option("index");
            cluster.add(
                    index.isEmpty()
                            ? new TestNode(
                                    id, config, FakeLog.of(List.of(), HardState.INITIAL), now, i)
                            : founded(id, config, Long.parseLong(index), membership, i));
        }
        if (first == 1) {
            cluster.after(TestNode.LATER); // Nobody is bound by what it may have promised before.
        }
    }

    /** Everything up to an index is in a snapshot, of a term before the first election's. */
    private static TestNode founded(
            NodeId id, RaftConfig config, long index, String membership, int seed) {
        FakeLog log = FakeLog.behind(index, 0, List.of(), HardState.INITIAL);
        SnapshotInfo snapshot = Script.snapshot(index, 0, index, membership);
        return new TestNode(id, config, log, snapshot, false, 0, 0, seed);
    }

    private void compact(Command command) {
        TestNode node = cluster.node(command.arguments().get(0));
        long index = Long.parseLong(command.arguments().get(1));
        String voters =
                node.core.membership().voters().keySet().stream()
                        .map(NodeId::value)
                        .collect(Collectors.joining(" "));
        long membershipIndex = node.core.status().membershipIndex();
        node.saved(Script.snapshot(index, node.log.term(index), membershipIndex, voters))
                .compact(index);
    }

    private void campaign(NodeId id) {
        if (checkQuorum) {
            cluster.nodes.get(id).after(TestNode.LATER);
        } else {
            cluster.after(TestNode.LATER);
            cluster.leaders().forEach(leader -> cluster.node(leader).tick());
        }
        cluster.nodes.get(id).tick();
        if (!preVote) {
            exchangePreVotes(id);
        }
    }

    private void exchangePreVotes(NodeId candidate) {
        cluster.run(candidate);
        cluster.deliver(each -> each.from().equals(candidate) && each.message().isPreVote());
        cluster.nodes.keySet().forEach(cluster::run);
        cluster.deliver(
                each ->
                        each.to().equals(candidate)
                                && each.message() instanceof RequestVoteResponse response
                                && response.preVote());
    }

    private void propose(Command command) {
        List<String> arguments = command.arguments();
        TestNode node = cluster.node(arguments.get(0)).propose(0, arguments.get(1));
        assertFalse(cluster.ready(node.id).writeSequence() == 0, command.line() + " was refused");
    }

    /**
     * {@code vN} adds a voter, {@code rN} removes one; nothing leaves a joint configuration, which
     * happens by itself here. What is under way goes on first, with heartbeats, since nodes that
     * the script adds later have missed messages.
     */
    private void change(Command command) {
        TestNode node = cluster.node(command.arguments().get(0));
        cluster.settle(List.of(node.id));
        for (int i = 0; i < 30 && node.core.status().changeTarget() != null; i++) {
            cluster.heartbeat(node.id.value());
        }
        if (command.input().isEmpty()) {
            return;
        }
        Set<String> voters =
                node.core.membership().voters().keySet().stream()
                        .map(NodeId::value)
                        .collect(Collectors.toCollection(TreeSet::new));
        for (String each : command.input().get(0).split(" ")) {
            if (each.startsWith("v")) {
                voters.add(each.substring(1));
            } else {
                voters.remove(each.substring(1));
            }
        }
        node.become(0, String.join(" ", voters));
    }

    private void transfer(Command command) {
        cluster.node(command.option("from")).transfer(command.option("to"));
    }

    private void stabilize(Command command) {
        if (command.arguments().isEmpty()) {
            cluster.settle();
        } else {
            cluster.settle(command.arguments().stream().map(Script::id).toList());
        }
    }

    private void deliver(Command command) {
        List<String> lost = List.of(command.option("drop").split(","));
        cluster.drop(each -> lost.contains(each.to().value()));
        cluster.deliver(each -> command.arguments().contains(each.to().value()));
    }

    /** An election timeout passes for one node; it stands only when the script says so. */
    private static void tickElection(TestNode node) {
        node.after(1000);
        if (node.role() == Role.LEADER) {
            node.tick();
        }
    }

    /** Lines like {@code 4/15 EntryNormal "prop"}: term, index, content. */
    private void checkLog(Command command) {
        TestNode node = cluster.node(command.arguments().get(0));
        String log =
                node.log.all().stream()
                        .map(InteractionScript::show)
                        .collect(Collectors.joining("\n"));
        assertEquals(String.join("\n", command.expected()), log, file + ": " + command.line());
    }

    private static String show(LogEntry entry) {
        String content = new String(entry.payload(), UTF_8);
        return entry.term() + "/" + entry.index() + " EntryNormal \"" + content + "\"";
    }

    /** Lines like {@code 2: StateReplicate match=11 next=15 paused inflight=3[full]}. */
    private void checkProgress(Command command) {
        TestNode leader = cluster.node(command.arguments().get(0));
        for (String line : command.expected()) {
            String[] words = line.split("[ :=]+");
            NodeId peer = id(words[0]);
            if (!peer.equals(leader.id)) {
                RaftCore.PeerProgress progress = leader.core.progress().get(peer);
                assertNotNull(progress, line);
                boolean snapshot = words[1].equals("StateSnapshot");
                long next = snapshot ? progress.nextIndex() : Long.parseLong(words[5]);
                assertEquals(
                        new RaftCore.PeerProgress(Long.parseLong(words[3]), next),
                        progress,
                        file + ": " + command.line() + ", " + line);
            }
        }
    }
}
