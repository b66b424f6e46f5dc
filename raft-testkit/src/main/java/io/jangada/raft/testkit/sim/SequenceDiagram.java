package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.testkit.sim.TraceEvent.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Draws the latest events of a simulation as a sequence diagram in text: a column for each node, a
 * line for each event, time going down.
 *
 * <pre>
 *     time (s)  n1    n2    n3
 *     0.153120  +-----+----&gt;|    #17 AppendEntries term 1 after 3@1 commit 3 entry 4@1
 *     0.153402  |     |     *    appends [4@1 COMMAND 46 B]
 *     0.160077  X     |     |    crashes, 0 unsynced records survive
 *     0.161250  . &lt;x--+     |    #20 AppendEntriesResponse term 1 matches up to 4
 * </pre>
 *
 * A message is drawn when it arrives, or is lost ({@code x}) or held ({@code h}) on its way. The
 * column of a node that is down is dotted. Heartbeats are left out unless they are held: they say
 * little and are many. To be given to {@link Simulation#traceTo}.
 */
public final class SequenceDiagram implements Consumer<TraceEvent> {
    private static final int COLUMN = 6;

    private final int eventsMax;
    private final Deque<TraceEvent> events = new ArrayDeque<>();

    /** All nodes that were ever named, and whether they run before the first event shown. */
    private final Map<NodeId, Character> lanes =
            new TreeMap<>(
                    Comparator.<NodeId>comparingInt(node -> node.value().length())
                            .thenComparing(NodeId::value));

    private long dropped;

    /**
     * An empty diagram.
     *
     * @param eventsMax how many events are shown at most, the latest ones
     * @throws IllegalArgumentException if that is not positive
     */
    public SequenceDiagram(int eventsMax) {
        if (eventsMax < 1) {
            throw new IllegalArgumentException("a diagram of " + eventsMax + " events is empty");
        }
        this.eventsMax = eventsMax;
    }

    @Override
    public void accept(TraceEvent event) {
        if (event.shape() != Shape.HELD && event.text().contains(" Heartbeat")) {
            return;
        }
        discover(event.node());
        discover(event.peer());
        events.add(event);
        if (events.size() > eventsMax) {
            follow(lanes, events.remove());
            dropped++;
        }
    }

    private void discover(@Nullable NodeId node) {
        if (node != null) {
            lanes.putIfAbsent(node, '|');
        }
    }

    /** What becomes of a node's column by an event. */
    private static void follow(Map<NodeId, Character> lanes, TraceEvent event) {
        NodeId node = event.node();
        if (node != null && event.shape() == Shape.LIFE) {
            boolean runs = event.text().startsWith("starts") || event.text().startsWith("resumes");
            lanes.put(node, runs ? '|' : event.text().startsWith("pauses") ? ':' : '.');
        }
    }

    /**
     * The diagram.
     *
     * @return lines, each with an end of line
     */
    public String render() {
        Map<NodeId, Character> state = new HashMap<>(lanes);
        List<NodeId> order = new ArrayList<>(lanes.keySet());
        StringBuilder text = new StringBuilder();
        if (dropped > 0) {
            text.append("(").append(dropped).append(" earlier events are not shown)\n");
        }
        text.append("    time (s)  ");
        for (NodeId node : order) {
            text.append(pad(node.value(), COLUMN));
        }
        text.append('\n');
        for (TraceEvent event : events) {
            String lane = lane(event, order, state);
            follow(state, event);
            String time = TraceEvent.seconds(event.atNanos());
            text.append(" ".repeat(Math.max(0, 12 - time.length()))).append(time).append("  ");
            text.append(lane).append(event.text()).append('\n');
        }
        return text.toString();
    }

    private static String lane(TraceEvent event, List<NodeId> order, Map<NodeId, Character> state) {
        char[] line = new char[order.size() * COLUMN];
        Arrays.fill(line, ' ');
        for (int i = 0; i < order.size(); i++) {
            line[i * COLUMN] = state.getOrDefault(order.get(i), '|');
        }
        int at = order.indexOf(event.node()) * COLUMN;
        int to = order.indexOf(event.peer()) * COLUMN;
        switch (event.shape()) {
            case WORLD -> {}
            case STEP -> line[at] = '*';
            case LIFE -> line[at] = event.text().startsWith("crashes") ? 'X' : 'O';
            case ARRIVAL -> arrow(line, at, to, ' ');
            case LOSS -> arrow(line, at, to, 'x');
            case HELD -> arrow(line, at, to, 'h');
        }
        return new String(line);
    }

    private static void arrow(char[] line, int from, int to, char end) {
        int step = Integer.signum(to - from);
        for (int i = from; i != to; i += step) {
            line[i] = i % COLUMN == 0 ? '+' : '-';
        }
        if (step == 0) {
            return;
        }
        line[to - step] = step > 0 ? '>' : '<';
        if (end != ' ') {
            line[to - 2 * step] = end;
        }
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }
}
