package io.jangada.examples.kv.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Does one fault after the other, sometimes two at the same time. */
final class Nemesis {
    private static final Duration WELL_TIME = Duration.ofSeconds(60);
    private static final Duration STEP = Duration.ofMillis(50);
    private static final int REST_MILLIS_MAX = 2500;

    /** One in so many faults goes on while the next one begins. */
    private static final int OVERLAP = 3;

    /** These take their time, and are drawn less often. */
    private static final Set<FaultKind> SLOW =
            EnumSet.of(FaultKind.DISK, FaultKind.FLIP, FaultKind.MEMBERS);

    private final ChaosCluster cluster;
    private final Windows windows;

    /** What is drawn from, the more likely ones several times. */
    private final List<FaultKind> kinds = new ArrayList<>();

    private final SplittableRandom random;
    private final Map<String, Integer> done = new TreeMap<>();
    private final List<Fault> held = new ArrayList<>();
    private volatile String now = "nothing";

    Nemesis(ChaosCluster cluster, Windows windows, List<FaultKind> kinds, SplittableRandom random) {
        this.cluster = cluster;
        this.windows = windows;
        kinds.forEach(
                kind -> this.kinds.addAll(Collections.nCopies(SLOW.contains(kind) ? 1 : 3, kind)));
        this.random = random;
    }

    /** What is going on, for people. */
    String now() {
        return now;
    }

    synchronized Map<String, Integer> done() {
        return Map.copyOf(done);
    }

    /** Goes on until it is told that it is enough, and undoes what lasts. */
    void run(BooleanSupplier isEnough) throws IOException, InterruptedException {
        while (!isEnough.getAsBoolean()) {
            if (kinds.isEmpty()) {
                rest(STEP, isEnough);
                continue;
            }
            Fault fault = draw();
            boolean overlaps = random.nextInt(OVERLAP) == 0;
            Duration pause = Duration.ofMillis(random.nextInt(100, REST_MILLIS_MAX));
            if (fault.isAlone()) {
                endAll();
                makeWell();
            }
            begin(fault);
            rest(fault.hold(), isEnough);
            if (!overlaps || held.size() > 1) {
                endAll();
                rest(pause, isEnough);
            }
        }
        endAll();
        now = "nothing";
    }

    private Fault draw() {
        FaultKind kind = kinds.get(random.nextInt(kinds.size()));
        SplittableRandom own = random.split();
        return switch (kind) {
            case KILL -> ProcessFaults.Kill.draw(own);
            case PAUSE -> ProcessFaults.Pause.draw(own);
            case CUT -> CutFault.draw(own);
            case CLOCK -> ClockFault.draw(own);
            case DISK -> DiskFault.draw(own);
            case FLIP -> FlipFault.draw(own);
            case MEMBERS -> MembersFault.draw(own);
            case TRANSFER -> AdminFaults.Transfer.draw(own);
            case RESTART -> ProcessFaults.RollingRestart.draw(own);
            case SNAPSHOT -> AdminFaults.Snapshot.draw(own);
        };
    }

    private void begin(Fault fault) throws IOException, InterruptedException {
        held.add(fault);
        now = String.join(" + ", held.stream().map(Fault::name).toList());
        windows.fault(fault.name(), List.of("begins"));
        List<String> met = fault.begin(cluster);
        windows.fault(fault.name(), met);
        count(fault.outcome());
    }

    private synchronized void count(String name) {
        done.merge(name, 1, Integer::sum);
    }

    private void endAll() throws IOException, InterruptedException {
        // Nobody stays paused or cut off only because a server takes its time to start.
        held.sort(Comparator.comparing(Fault::endsSlowly));
        for (Fault fault : held) {
            fault.end(cluster);
            windows.fault(fault.name(), List.of("ends"));
        }
        held.clear();
        now = "nothing";
    }

    private void makeWell() throws IOException, InterruptedException {
        now = "healing";
        cluster.heal();
        Members.tidy(cluster);
        cluster.awaitAgreement(cluster.nodes(), WELL_TIME);
    }

    private static void rest(Duration time, BooleanSupplier isEnough) {
        long deadline = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos();
                left > 0 && !isEnough.getAsBoolean();
                left = deadline - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, STEP.toNanos()));
        }
    }
}
