package io.jangada.examples.kv.chaos;

import io.jangada.examples.kv.chaos.ProxyLink.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Partitions: which links of which direction, and whether they are silent or closed. */
final class CutFault extends Fault {
    /** What is cut. */
    enum Shape {
        /** The leader is alone. */
        LEADER("leader off"),
        /** Any node is alone. */
        ONE("one off"),
        /** Two halves, of which one may be a majority. */
        HALVES("halves"),
        /** One direction between two nodes. */
        ONE_WAY("one way"),
        /** The leader hears nobody. */
        DEAF_LEADER("deaf leader"),
        /** Nobody hears the leader. */
        MUTE_LEADER("mute leader"),
        /** Two halves and one node that sees both. */
        BRIDGE("bridge"),
        /** Each sees its neighbours in a ring only. */
        RING("ring"),
        /** One node that comes and goes, many times. */
        FLAPPING("flapping"),
        /** Everything is late. */
        SLOW("slow"),
        /** Every connection breaks once. */
        RESET("reset");

        private final String title;

        Shape(String title) {
            this.title = title;
        }
    }

    private static final int FLAP_MILLIS_MAX = 700;
    private static final int DELAY_MILLIS_MAX = 150;

    private final Shape shape;
    private final Mode mode;
    private final List<int[]> cut = new ArrayList<>();
    private @Nullable Thread flapper;

    CutFault(Shape shape, Mode mode, SplittableRandom random) {
        super("cut " + shape.title, between(random, 500, 8000), random);
        this.shape = shape;
        this.mode = mode;
    }

    static Fault draw(SplittableRandom random) {
        Shape[] shapes = Shape.values();
        return new CutFault(
                shapes[random.nextInt(shapes.length)],
                random.nextInt(3) == 0 ? Mode.CLOSED : Mode.SILENT,
                random);
    }

    @Override
    List<String> begin(ChaosCluster cluster) {
        List<Integer> all = shuffled(cluster.nodes().stream().map(ChaosNode::number).toList());
        List<Integer> leader = List.of(leaderOrAny(cluster).number());
        int half = all.size() / 2;
        List<Integer> one = all.subList(0, 1);
        List<Integer> left = all.subList(0, half);
        List<Integer> right = all.subList(half, all.size());
        switch (shape) {
            case LEADER -> both(cluster, leader, without(all, leader));
            case ONE -> both(cluster, one, without(all, one));
            case HALVES -> both(cluster, left, right);
            case ONE_WAY -> way(cluster, one, all.subList(1, 2), mode);
            case DEAF_LEADER -> way(cluster, without(all, leader), leader, mode);
            case MUTE_LEADER -> way(cluster, leader, without(all, leader), mode);
            case BRIDGE -> both(cluster, left, all.subList(half + 1, all.size()));
            case RING -> ring(cluster, all);
            case FLAPPING -> flap(cluster, one.get(0), all);
            case SLOW -> slow(cluster, all);
            case RESET -> cluster.network().resetAll();
        }
        return List.of(shape.title, mode.name(), show(left, leader, all));
    }

    private String show(List<Integer> left, List<Integer> leader, List<Integer> all) {
        return switch (shape) {
            case LEADER, DEAF_LEADER, MUTE_LEADER -> "n" + leader.get(0);
            case HALVES, BRIDGE -> left + " of " + all;
            default -> all.toString();
        };
    }

    private static List<Integer> without(List<Integer> all, List<Integer> some) {
        return all.stream().filter(each -> !some.contains(each)).toList();
    }

    private void both(ChaosCluster cluster, List<Integer> some, List<Integer> others) {
        way(cluster, some, others, mode);
        way(cluster, others, some, mode);
    }

    private void way(ChaosCluster cluster, List<Integer> from, List<Integer> to, Mode how) {
        for (int one : from) {
            for (int other : to) {
                cut.add(new int[] {one, other});
            }
        }
        cluster.network().setAll(from, to, how);
    }

    /** Each node keeps its two neighbours: with five, every one sees another majority. */
    private void ring(ChaosCluster cluster, List<Integer> all) {
        int count = all.size();
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < count; j++) {
                int distance = Math.floorMod(i - j, count);
                if (distance > 1 && distance < count - 1) {
                    way(cluster, all.subList(i, i + 1), all.subList(j, j + 1), mode);
                }
            }
        }
    }

    private void slow(ChaosCluster cluster, List<Integer> all) {
        for (int one : all) {
            for (int other : all) {
                if (one != other) {
                    cut.add(new int[] {one, other});
                    long nanos = random().nextInt(1, DELAY_MILLIS_MAX) * 1_000_000L;
                    cluster.network().set(one, other, Mode.SLOW, nanos);
                }
            }
        }
    }

    private void flap(ChaosCluster cluster, int node, List<Integer> all) {
        List<Integer> others = without(all, List.of(node));
        both(cluster, List.of(node), others);
        SplittableRandom times = random().split();
        Thread thread =
                new Thread(
                        () -> {
                            boolean open = false;
                            while (!Thread.currentThread().isInterrupted()) {
                                long millis = times.nextInt(50, FLAP_MILLIS_MAX);
                                LockSupport.parkNanos(millis * 1_000_000L);
                                open = !open;
                                Mode next = open ? Mode.OPEN : mode;
                                cluster.network().setAll(List.of(node), others, next);
                                cluster.network().setAll(others, List.of(node), next);
                            }
                        },
                        "flapping of n" + node);
        thread.setDaemon(true);
        thread.start();
        flapper = thread;
    }

    @Override
    void end(ChaosCluster cluster) throws InterruptedException {
        if (flapper != null) {
            flapper.interrupt();
            flapper.join();
        }
        for (int[] way : cut) {
            cluster.network().set(way[0], way[1], Mode.OPEN, 0);
        }
    }
}
