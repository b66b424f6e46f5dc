package io.jangada.examples.kv.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Something that is done to the servers. What it does was drawn from the seed when it was made;
 * whom it meets depends on who leads and runs when it begins.
 */
abstract class Fault {
    private final String name;
    private final Duration hold;

    /** Its own: how much one fault draws does not change what the next one is. */
    private final SplittableRandom random;

    /**
     * A fault that has not begun.
     *
     * @param name what tables call it
     * @param hold how long it lasts between {@link #begin} and {@link #end}
     */
    Fault(String name, Duration hold, SplittableRandom random) {
        this.name = name;
        this.hold = hold;
        this.random = random;
    }

    final String name() {
        return name;
    }

    /** What it is counted as once it has begun; how it went, where that is worth to be known. */
    String outcome() {
        return name;
    }

    final Duration hold() {
        return hold;
    }

    final SplittableRandom random() {
        return random;
    }

    /** Whether it wants servers that are all well, and nothing else going on. */
    boolean isAlone() {
        return false;
    }

    /** Whether its end takes time, so that others end before it. */
    boolean endsSlowly() {
        return false;
    }

    /** Does it; returns to whom, for the history. */
    abstract List<String> begin(ChaosCluster cluster) throws IOException, InterruptedException;

    /** Undoes what lasts; nothing if there is nothing. */
    void end(ChaosCluster cluster) throws IOException, InterruptedException {}

    /** From a number of milliseconds to another. */
    static Duration between(SplittableRandom random, int from, int to) {
        return Duration.ofMillis(random.nextInt(from, to));
    }

    static List<String> names(List<ChaosNode> nodes) {
        return nodes.stream().map(ChaosNode::name).toList();
    }

    /** In an order that is the seed's, not ours. */
    final <T> List<T> shuffled(List<T> items) {
        List<T> shuffled = new ArrayList<>(items);
        Collections.shuffle(shuffled, new Random(random.nextLong()));
        return shuffled;
    }

    /** The leader, or any node while there is none. */
    final ChaosNode leaderOrAny(ChaosCluster cluster) {
        List<ChaosNode> all = shuffled(cluster.nodes());
        return cluster.leader().orElse(all.get(0));
    }
}
