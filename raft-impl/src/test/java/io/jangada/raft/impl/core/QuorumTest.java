package io.jangada.raft.impl.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The arithmetic of majorities (paper §5.3, §6), by hand, by vectors and against a count. */
class QuorumTest {
    @Test
    void anEmptyConfigurationSetsNoBound() {
        assertEquals(Long.MAX_VALUE, Quorum.reached(Membership.EMPTY, id -> 0));
        assertEquals(Quorum.Vote.WON, Quorum.vote(Membership.EMPTY, Map.of()));
    }

    @Test
    void whatIsReachedIsTheHighestValueThatAMajorityHas() {
        Random random = new Random(4);
        for (int i = 0; i < 2000; i++) {
            Membership membership =
                    membership(
                            some(random, 1 + random.nextInt(6)), some(random, random.nextInt(4)));
            Map<NodeId, Long> values = new TreeMap<>();
            membership.members().forEach(m -> values.put(m.id(), (long) random.nextInt(9)));

            long reached = Quorum.reached(membership, values::get);

            assertTrue(haveReached(membership, values, reached), membership + " " + values);
            assertTrue(!haveReached(membership, values, reached + 1), membership + " " + values);
        }
    }

    private static boolean haveReached(Membership membership, Map<NodeId, Long> values, long at) {
        return Stream.of(membership.voters(), membership.outgoing())
                .allMatch(
                        half ->
                                half.isEmpty()
                                        || half.keySet().stream()
                                                        .filter(id -> values.get(id) >= at)
                                                        .count()
                                                > half.size() / 2);
    }

    // Vectors

    private record Vector(Path file, int line, String command, String expected) {}

    @TestFactory
    Stream<DynamicTest> vectors() throws IOException {
        Path folder = Vectors.folder("quorum");
        List<Vector> vectors = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                vectors.addAll(read(file));
            }
        }
        assertTrue(vectors.size() >= 70, "only " + vectors.size() + " in " + folder);
        return vectors.stream()
                .map(
                        vector ->
                                DynamicTest.dynamicTest(
                                        vector.file().getFileName()
                                                + ":"
                                                + vector.line()
                                                + " "
                                                + vector.command(),
                                        () -> check(vector)));
    }

    private static List<Vector> read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<Vector> vectors = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).equals("----")) {
                int end = i + 1;
                while (end < lines.size() && !lines.get(end).isBlank()) {
                    end++;
                }
                vectors.add(new Vector(file, i, lines.get(i - 1), lines.get(end - 1)));
            }
        }
        return vectors;
    }

    private static void check(Vector vector) {
        List<String> cfg = argument(vector.command(), "cfg");
        List<String> cfgj = argument(vector.command(), "cfgj");
        LinkedHashSet<String> ids = new LinkedHashSet<>(cfg);
        ids.addAll(cfgj);
        boolean votes = vector.command().startsWith("vote");
        List<String> values = argument(vector.command(), votes ? "votes" : "idx");
        assertEquals(ids.size(), values.size(), "one value for each voter");
        Map<String, String> known = new TreeMap<>();
        int next = 0;
        for (String id : ids) {
            known.put(id, values.get(next++));
        }
        // Swapping the halves, and an empty second half, must not change a result.
        for (Membership each : List.of(membership(cfg, cfgj), membership(cfgj, cfg))) {
            assertEquals(vector.expected(), votes ? vote(each, known) : reached(each, known));
        }
    }

    private static String reached(Membership membership, Map<String, String> indexes) {
        long reached =
                Quorum.reached(
                        membership,
                        id -> {
                            String index = indexes.get(id.value());
                            return index.equals("_") ? 0 : Long.parseLong(index);
                        });
        return reached == Long.MAX_VALUE ? "∞" : Long.toString(reached);
    }

    private static String vote(Membership membership, Map<String, String> votes) {
        Map<NodeId, Boolean> answers = new TreeMap<>();
        votes.forEach(
                (id, vote) -> {
                    if (!vote.equals("_")) {
                        answers.put(NodeId.of(id), vote.equals("y"));
                    }
                });
        return switch (Quorum.vote(membership, answers)) {
            case WON -> "VoteWon";
            case LOST -> "VoteLost";
            case PENDING -> "VotePending";
        };
    }

    /** {@code name=(a,b)} as a list; {@code zero} and nothing as an empty one. */
    private static List<String> argument(String command, String name) {
        int at = command.indexOf(" " + name + "=(");
        if (at < 0) {
            return List.of();
        }
        int from = at + name.length() + 3;
        String inside = command.substring(from, command.indexOf(')', from));
        return Arrays.stream(inside.split(",")).map(String::trim).toList();
    }

    private static Membership membership(List<String> voters, List<String> outgoing) {
        return Membership.of(members(voters), members(outgoing), List.of());
    }

    private static List<Member> members(List<String> ids) {
        return ids.stream().map(id -> new Member(NodeId.of(id), "h" + id + ":7000")).toList();
    }

    private static List<String> some(Random random, int count) {
        LinkedHashSet<String> ids = new LinkedHashSet<>();
        while (ids.size() < count) {
            ids.add("n" + random.nextInt(8));
        }
        return List.copyOf(ids);
    }
}
