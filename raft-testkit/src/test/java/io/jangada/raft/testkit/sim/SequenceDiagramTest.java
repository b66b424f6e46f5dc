package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.testkit.sim.TraceEvent.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(QuietLogs.class)
class SequenceDiagramTest {
    private static final NodeId N1 = NodeId.of("n1");
    private static final NodeId N2 = NodeId.of("n2");
    private static final NodeId N10 = NodeId.of("n10");

    private static SequenceDiagram diagram(int eventsMax) {
        SequenceDiagram diagram = new SequenceDiagram(eventsMax);
        diagram.accept(new TraceEvent(1_000, Shape.LIFE, N10, null, "starts"));
        diagram.accept(new TraceEvent(1_500_000_000, Shape.ARRIVAL, N1, N10, "#1 Append"));
        diagram.accept(new TraceEvent(1_500_001_000, Shape.ARRIVAL, N1, N2, "#2 Heartbeat t1"));
        diagram.accept(new TraceEvent(1_600_000_000, Shape.LOSS, N10, N2, "#3 Answer"));
        diagram.accept(new TraceEvent(1_700_000_000, Shape.HELD, N2, N1, "#4 Heartbeat t1"));
        diagram.accept(new TraceEvent(1_800_000_000, Shape.LIFE, N2, null, "crashes"));
        diagram.accept(new TraceEvent(1_900_000_000, Shape.STEP, N1, null, "appends"));
        diagram.accept(new TraceEvent(2_000_000_000, Shape.WORLD, null, null, "cut n1>n2"));
        return diagram;
    }

    @Test
    void everyEventIsALine() {
        assertEquals(
                """
                    time (s)  n1    n2    n10
                    0.000001  |     |     O     starts
                    1.500000  +-----+---->|     #1 Append
                    1.600000  |     |<x---+     #3 Answer
                    1.700000  |<h---+     |     #4 Heartbeat t1
                    1.800000  |     X     |     crashes
                    1.900000  *     .     |     appends
                    2.000000  |     .     |     cut n1>n2
                """,
                diagram(100).render().replaceAll("(?m) +$", ""));
    }

    @Test
    void onlyTheLatestEventsAreShown() {
        assertEquals(
                """
                (5 earlier events are not shown)
                    time (s)  n1    n2    n10
                    1.900000  *     .     |     appends
                    2.000000  |     .     |     cut n1>n2
                """,
                diagram(2).render().replaceAll("(?m) +$", ""));
        assertThrows(IllegalArgumentException.class, () -> new SequenceDiagram(0));
    }

    /** Who looks changes nothing. */
    @Test
    void lookingDoesNotChangeTheTrace() {
        SequenceDiagram diagram = new SequenceDiagram(50);
        SwarmOptions options = SwarmOptions.of(3);
        assertEquals(Swarm.run(3, options, null), Swarm.run(3, options, diagram));
        assertTrue(diagram.render().lines().count() == 52, diagram.render());
    }
}
