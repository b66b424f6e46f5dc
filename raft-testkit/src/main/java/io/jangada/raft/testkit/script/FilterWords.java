package io.jangada.raft.testkit.script;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.RequestVote;
import io.jangada.raft.impl.core.Message.RequestVoteResponse;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.testkit.sim.BulkInFlight;
import io.jangada.raft.testkit.sim.MessageFilter;
import io.jangada.raft.testkit.sim.SimNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which messages an instruction is about: {@code AppendEntries from=n1 to=n3 entries=yes}. */
final class FilterWords {
    static final String USAGE =
            "KIND[,KIND]... [from=NODES] [to=NODES] [term=T] [has=INDEX] [with=TYPE] [entries=yes|no]"
                    + " [granted=yes|no] [success=yes|no] [nth=N]";

    private static final String BULK = "Bulk";

    private final Words words;
    private final List<String> kinds;
    private final @Nullable List<NodeId> from;
    private final @Nullable List<NodeId> to;
    private final List<Predicate<Message>> tests = new ArrayList<>();
    private final int nth;
    private int met;

    FilterWords(Stage stage, Words words) {
        this.words = words;
        this.kinds = kinds(words);
        this.from = nodes(stage, words, words.option("from"));
        this.to = nodes(stage, words, words.option("to"));
        this.nth = words.number(words.option("nth", "0"));
        term(words.option("term"));
        entries(words.option("entries"));
        has(words.option("has"));
        with(words.option("with"));
        answers("granted", words.option("granted"));
        answers("success", words.option("success"));
    }

    private static List<String> kinds(Words words) {
        List<String> kinds = List.of(words.next("a kind of message, or any").split(","));
        List<String> known = new ArrayList<>(List.of("any", "PreVote", "PreVoteResponse", BULK));
        Arrays.stream(Message.class.getPermittedSubclasses())
                .filter(Class::isRecord)
                .forEach(each -> known.add(each.getSimpleName()));
        for (String kind : kinds) {
            if (!known.contains(kind)) {
                throw words.bad("there is no message '" + kind + "' but " + known);
            }
        }
        return kinds;
    }

    private static @Nullable List<NodeId> nodes(Stage stage, Words words, @Nullable String names) {
        return names == null
                ? null
                : stage.nodes(words, List.of(names)).stream().map(SimNode::id).toList();
    }

    private void term(@Nullable String value) {
        if (value != null) {
            int term = words.number(value);
            tests.add(message -> message.term() == term);
        }
    }

    private void entries(@Nullable String value) {
        if (value != null) {
            boolean wanted = value.equals("yes");
            tests.add(
                    message ->
                            message instanceof AppendEntries append
                                    && append.entries().isEmpty() != wanted);
        }
    }

    private void has(@Nullable String value) {
        if (value != null) {
            int index = words.number(value);
            tests.add(
                    message ->
                            message instanceof AppendEntries append
                                    && append.entries().stream()
                                            .anyMatch(entry -> entry.index() == index));
        }
    }

    private void with(@Nullable String value) {
        if (value == null) {
            return;
        }
        String name = value.toUpperCase(Locale.ROOT);
        if (Arrays.stream(EntryType.values()).noneMatch(type -> type.name().equals(name))) {
            throw words.bad("there is no type of entry '" + value + "'");
        }
        EntryType wanted = EntryType.valueOf(name);
        tests.add(
                message ->
                        message instanceof AppendEntries append
                                && append.entries().stream()
                                        .anyMatch(entry -> entry.type() == wanted));
    }

    private void answers(String what, @Nullable String value) {
        if (value != null) {
            boolean wanted = value.equals("yes");
            tests.add(
                    message ->
                            what.equals("granted")
                                    ? message instanceof RequestVoteResponse vote
                                            && vote.granted() == wanted
                                    : message instanceof AppendEntriesResponse answer
                                            && answer.success() == wanted);
        }
    }

    boolean isBulk() {
        return kinds.contains(BULK);
    }

    Predicate<BulkInFlight> bulk() {
        return frame -> between(frame.from(), frame.to()) && isTurn();
    }

    MessageFilter messages() {
        return (sender, receiver, message) ->
                between(sender, receiver)
                        && kinds.stream().anyMatch(kind -> isOf(kind, message))
                        && tests.stream().allMatch(test -> test.test(message))
                        && isTurn();
    }

    private boolean between(NodeId sender, NodeId receiver) {
        return (from == null || from.contains(sender)) && (to == null || to.contains(receiver));
    }

    private boolean isTurn() {
        return nth == 0 || ++met == nth;
    }

    private static boolean isOf(String kind, Message message) {
        boolean pre =
                message instanceof RequestVote vote && vote.preVote()
                        || message instanceof RequestVoteResponse answer && answer.preVote();
        return switch (kind) {
            case "any" -> true;
            case "PreVote" -> pre && message instanceof RequestVote;
            case "PreVoteResponse" -> pre && message instanceof RequestVoteResponse;
            default -> !pre && message.getClass().getSimpleName().equals(kind);
        };
    }
}
