package io.jangada.raft.testkit.check;

import static java.util.Objects.requireNonNull;

import io.jangada.raft.testkit.check.Operation.Status;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Where everything on a {@link Timeline} stands, in pixels. */
final class TimelineLayout {
    /** Height of a bar. */
    static final int BAR = 18;

    private static final int LANE = 26;
    private static final int LEFT = 90;
    private static final int TOP = 22;
    private static final int CHARACTER = 7;
    private static final int TICK_EVERY = 12;

    /** More would not be a picture any more. */
    private static final int SHOWN_MAX = 1_500;

    /** Of these, how many are called after the conflict. */
    private static final int SHOWN_AFTER = 300;

    record Bar<I, O>(Operation<I, O> operation, int left, int right, int y) {}

    record Lane(String name, int y) {}

    record Tick(int x, String text) {}

    record Mark(int x, String name, String title) {}

    private final List<Bar<?, ?>> bars = new ArrayList<>();
    private final List<Lane> lanes = new ArrayList<>();
    private final List<Tick> ticks = new ArrayList<>();
    private final List<Mark> faults = new ArrayList<>();
    private final List<Long> positions;
    private final int step;
    private final int hidden;
    private final long firstNanos;

    /**
     * Lays out operations.
     *
     * @param operations in order of their calls
     * @param faults in order
     * @param conflict position of what most of the picture should be about; {@link Operation#NEVER}
     *     if there is no such
     */
    <I, O> TimelineLayout(List<Operation<I, O>> operations, List<Fault> faults, long conflict) {
        List<Operation<I, O>> shown = near(operations, conflict);
        this.hidden = operations.size() - shown.size();
        this.firstNanos = shown.isEmpty() ? 0 : shown.get(0).callNanos();
        Map<Long, Integer> laneOf = assignLanes(shown);
        int laneCount = laneOf.values().stream().mapToInt(lane -> lane + 1).max().orElse(0);
        this.step = laneCount <= 2 ? 72 : laneCount <= 4 ? 40 : 22;
        TreeSet<Long> events = new TreeSet<>();
        for (Operation<I, O> operation : shown) {
            events.add(operation.call());
            if (operation.end() != Operation.NEVER) {
                events.add(operation.end());
            }
        }
        List<Fault> shownFaults = new ArrayList<>(faults);
        shownFaults.removeIf(
                fault ->
                        events.isEmpty()
                                || fault.position() < events.first()
                                || fault.position() > events.last());
        shownFaults.forEach(fault -> events.add(fault.position()));
        this.positions = List.copyOf(events);
        nameLanes(laneOf, laneCount);
        placeBars(shown, laneOf);
        placeTicks(shown);
        for (Fault fault : shownFaults) {
            String what = fault.name() + " " + String.join(" ", fault.arguments());
            this.faults.add(
                    new Mark(
                            x(fault.position()),
                            fault.name(),
                            what + "\nat " + time(fault.nanos())));
        }
    }

    private static <T extends Operation<?, ?>> List<T> near(List<T> operations, long conflict) {
        if (operations.size() <= SHOWN_MAX) {
            return operations;
        }
        int behind = 0;
        while (behind < operations.size() && operations.get(behind).call() <= conflict) {
            behind++;
        }
        int to = Math.min(operations.size(), behind + SHOWN_AFTER);
        return operations.subList(Math.max(0, to - SHOWN_MAX), to);
    }

    /** A process that is spent leaves its lane to one that begins later. */
    private static <I, O> Map<Long, Integer> assignLanes(List<Operation<I, O>> shown) {
        Map<Long, Long> lastOf = new LinkedHashMap<>();
        for (Operation<I, O> operation : shown) {
            boolean open = operation.status() == Status.INFO;
            lastOf.merge(
                    operation.process(), open ? operation.call() + 1 : operation.end(), Math::max);
        }
        Map<Long, Integer> laneOf = new HashMap<>();
        List<Long> takenUntil = new ArrayList<>();
        for (Operation<I, O> operation : shown) {
            if (!laneOf.containsKey(operation.process())) {
                int lane = 0;
                while (lane < takenUntil.size() && takenUntil.get(lane) >= operation.call()) {
                    lane++;
                }
                if (lane == takenUntil.size()) {
                    takenUntil.add(0L);
                }
                takenUntil.set(lane, requireNonNull(lastOf.get(operation.process())));
                laneOf.put(operation.process(), lane);
            }
        }
        return laneOf;
    }

    private void nameLanes(Map<Long, Integer> laneOf, int laneCount) {
        List<List<Long>> processes = new ArrayList<>();
        for (int lane = 0; lane < laneCount; lane++) {
            processes.add(new ArrayList<>());
        }
        laneOf.forEach((process, lane) -> processes.get(lane).add(process));
        for (int lane = 0; lane < laneCount; lane++) {
            List<Long> here = processes.get(lane);
            here.sort(Comparator.naturalOrder());
            String name = "p" + here.get(0) + (here.size() == 1 ? "" : " p" + here.get(1));
            lanes.add(new Lane(here.size() > 2 ? name + "\u2026" : name, y(lane)));
        }
    }

    private <I, O> void placeBars(List<Operation<I, O>> shown, Map<Long, Integer> laneOf) {
        Map<Integer, Integer> nextLeft = new HashMap<>();
        for (int i = shown.size() - 1; i >= 0; i--) {
            Operation<I, O> operation = shown.get(i);
            int lane = requireNonNull(laneOf.get(operation.process()));
            int left = x(operation.call());
            boolean returns = operation.status() != Status.INFO;
            // What may take effect at any time reaches to where its line is needed again.
            int right =
                    returns
                            ? x(operation.end())
                            : nextLeft.getOrDefault(lane, x(Operation.NEVER)) - 4;
            bars.add(new Bar<>(operation, left, right, y(lane)));
            nextLeft.put(lane, left);
        }
        Collections.reverse(bars);
    }

    private <I, O> void placeTicks(List<Operation<I, O>> shown) {
        Map<Long, Long> nanos = new HashMap<>();
        for (Operation<I, O> operation : shown) {
            nanos.put(operation.call(), operation.callNanos());
            nanos.put(operation.end(), operation.endNanos());
        }
        for (int i = 0; i < positions.size(); i += Math.max(1, TICK_EVERY * 22 / step)) {
            Long at = nanos.get(positions.get(i));
            if (at != null) {
                ticks.add(new Tick(x(positions.get(i)), time(at)));
            }
        }
    }

    private static int y(int lane) {
        return TOP + lane * LANE;
    }

    /** Where an event stands; what never happens stands at the right edge. */
    int x(long position) {
        int place = Collections.binarySearch(positions, position);
        return LEFT + step * (place >= 0 ? place : -place - 1);
    }

    /** A time since the first call that is shown. */
    String time(long nanos) {
        long micros = (nanos - firstNanos) / 1_000;
        return String.format(Locale.ROOT, "%d.%03d ms", micros / 1_000, Math.abs(micros % 1_000));
    }

    /** As much of a text as a bar has room for. */
    static String fitting(String text, int width) {
        int room = (width - 8) / CHARACTER;
        if (text.length() <= room) {
            return text;
        }
        return room < 4 ? "" : text.substring(0, room - 1) + "\u2026";
    }

    int width() {
        return x(Operation.NEVER) + 40;
    }

    int height() {
        return y(lanes.size()) + 16;
    }

    int hidden() {
        return hidden;
    }

    List<Bar<?, ?>> bars() {
        return bars;
    }

    List<Lane> lanes() {
        return lanes;
    }

    List<Tick> ticks() {
        return ticks;
    }

    List<Mark> faults() {
        return faults;
    }
}
