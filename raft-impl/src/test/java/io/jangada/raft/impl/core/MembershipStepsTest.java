package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.membership;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The arithmetic of configurations (paper §6), by hand and by vectors. */
class MembershipStepsTest {
    @Test
    void fromOneConfigurationToAnother() {
        Membership current = membership("n1 n2 n3; learners n4 n9");
        Membership target = membership("n1 n4 n5; learners n3 n6");

        Membership learners = MembershipSteps.withLearners(current, target);
        assertEquals(membership("n1 n2 n3; learners n4 n5 n9"), learners);
        Membership joint = MembershipSteps.joint(learners, target);
        assertEquals(membership("n1 n4 n5; outgoing n1 n2 n3; learners n6"), joint);
        assertEquals(membership("n1 n4 n5; learners n6"), MembershipSteps.left(joint));
        assertTrue(MembershipSteps.sameVoters(MembershipSteps.left(joint), target));
        assertEquals(
                Set.of(NodeId.of("n4"), NodeId.of("n5")),
                MembershipSteps.newVoters(current, target));
        assertEquals(
                membership("n1 n2 n3; learners n4 n9"),
                MembershipSteps.withoutLearners(learners, Set.of(NodeId.of("n5"))));
    }

    // Vectors of etcd-io/raft: the configurations, and which steps are refused

    @TestFactory
    Stream<DynamicTest> vectors() throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(Vectors.folder("confchange"))) {
            all.sorted().forEach(files::add);
        }
        assertEquals(5, files.size());
        return files.stream()
                .map(each -> DynamicTest.dynamicTest(each.getFileName() + "", () -> run(each)));
    }

    private static void run(Path file) throws IOException {
        Configuration configuration = new Configuration();
        List<String> lines = Files.readAllLines(file);
        List<String> head = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.equals("----")) {
                String input = head.size() > 1 ? head.get(1) : "";
                String shown = configuration.run(head.get(0).split(" ")[0], input);
                String expected = lines.get(i + 1);
                assertEquals(
                        expected.startsWith("voters=")
                                ? expected.replace(" autoleave", "")
                                : "refused",
                        shown,
                        file + ":" + i + " " + head);
                head.clear();
                while (i + 1 < lines.size() && !lines.get(i + 1).isBlank()) {
                    if (isCommand(lines.get(i + 1))) {
                        break; // One block follows without a blank line.
                    }
                    i++;
                }
            } else if (!line.isBlank() && !line.startsWith("#")) {
                head.add(line);
            }
        }
    }

    private static boolean isCommand(String line) {
        return line.startsWith("leave-joint") || line.startsWith("enter-joint");
    }

    /** A configuration as the vectors change it, with our steps. */
    private static final class Configuration {
        private Membership current = Membership.EMPTY;
        private Membership target = Membership.EMPTY;

        String run(String command, String changes) {
            return switch (command) {
                case "simple" -> current.isJoint() ? "refused" : simple(changed(changes));
                case "enter-joint" -> {
                    if (current.isJoint() || current.voters().isEmpty()) {
                        yield "refused";
                    }
                    target = changed(changes);
                    current = MembershipSteps.joint(current, target);
                    yield show();
                }
                case "leave-joint" -> current.isJoint() ? leave() : "refused";
                default -> throw new AssertionError(command);
            };
        }

        private String simple(Membership next) {
            current = next;
            target = next;
            return show();
        }

        /** The new voters alone, then, in a step of its own, who votes no more. */
        private String leave() {
            Membership left = MembershipSteps.left(current);
            assertTrue(MembershipSteps.sameVoters(left, target));
            current = target;
            return show();
        }

        private Membership changed(String changes) {
            Set<String> voters = names(current.voters().keySet());
            Set<String> learners = names(current.learners().keySet());
            for (String change : changes.split(" ")) {
                String name = change.isEmpty() ? "0" : change.substring(1);
                if (name.equals("0") || change.startsWith("u")) {
                    continue;
                }
                voters.remove(name);
                learners.remove(name);
                if (change.startsWith("v")) {
                    voters.add(name);
                } else if (change.startsWith("l")) {
                    learners.add(name);
                }
            }
            return membership(
                    String.join(" ", voters) + "; learners " + String.join(" ", learners));
        }

        private static Set<String> names(Collection<NodeId> ids) {
            return ids.stream().map(NodeId::value).collect(Collectors.toCollection(TreeSet::new));
        }

        private String show() {
            String text = "voters=" + show(current.voters().keySet());
            if (current.isJoint()) {
                text += "&&" + show(current.outgoing().keySet());
            }
            return current.learners().isEmpty()
                    ? text
                    : text + " learners=" + show(current.learners().keySet());
        }

        private static String show(Collection<NodeId> ids) {
            int[] numbers = ids.stream().mapToInt(id -> Integer.parseInt(id.value())).toArray();
            return Arrays.stream(numbers)
                    .sorted()
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(" ", "(", ")"));
        }
    }
}
