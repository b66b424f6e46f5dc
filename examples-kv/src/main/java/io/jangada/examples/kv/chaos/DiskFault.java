package io.jangada.examples.kv.chaos;

import io.jangada.examples.kv.resp.RespClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A disk without room. The node either meets it while it writes, which takes enough large writes to
 * need another segment, or when it starts.
 */
final class DiskFault extends Fault {
    private static final String VALUE = "x".repeat(256 << 10);

    /** Two segments of 64 MiB may be there already. */
    private static final int WRITES_MAX = 800;

    private static final int WRITES_BETWEEN_LOOKS = 20;
    private static final Duration WRITE_TIME = Duration.ofSeconds(5);
    private static final Duration FULL_TIME = Duration.ofSeconds(40);
    private static final Duration REFUSAL_TIME = Duration.ofSeconds(20);

    private final boolean atStart;

    private boolean felt;

    private DiskFault(boolean atStart, SplittableRandom random) {
        super("disk full" + (atStart ? " at start" : ""), Duration.ZERO, random);
        this.atStart = atStart;
    }

    static Fault draw(SplittableRandom random) {
        return new DiskFault(random.nextBoolean(), random);
    }

    @Override
    boolean isAlone() {
        return true;
    }

    @Override
    String outcome() {
        return name() + (felt ? ", stopped" : ", not felt");
    }

    @Override
    List<String> begin(ChaosCluster cluster) throws IOException, InterruptedException {
        List<ChaosNode> some =
                shuffled(cluster.nodes()).stream().filter(node -> node.disk() != null).toList();
        if (some.isEmpty()) {
            return List.of("no node with a disk of its own");
        }
        ChaosNode node = some.get(0);
        LoopDisk disk = node.disk();
        if (disk == null) {
            throw new AssertionError("chosen for its disk");
        }
        disk.fill();
        felt = atStart ? feelsAtStart(cluster, node) : feelsWhileWriting(cluster, node);
        disk.free();
        cluster.kill(node);
        cluster.startAll();
        return List.of(node.name(), felt ? "stopped" : "did not need more room");
    }

    /** It ends, or it serves with the room that it has. */
    private static boolean feelsAtStart(ChaosCluster cluster, ChaosNode node)
            throws IOException, InterruptedException {
        cluster.kill(node);
        cluster.startExpectingRefusal(node);
        return ChaosCluster.await(REFUSAL_TIME, () -> hasStopped(cluster, node));
    }

    private static boolean feelsWhileWriting(ChaosCluster cluster, ChaosNode node) {
        ServerProcess process = node.process();
        if (process != null) {
            process.mayEnd();
        }
        long deadline = System.nanoTime() + FULL_TIME.toNanos();
        for (int i = 1; i <= WRITES_MAX && System.nanoTime() - deadline < 0; i++) {
            ChaosNode asked =
                    cluster.nodes().get(i / WRITES_BETWEEN_LOOKS % cluster.nodes().size());
            try (RespClient client = cluster.connect(asked, WRITE_TIME)) {
                client.call("SET", "bulk", VALUE);
            } catch (IOException e) {
                // The next node, then.
            }
            if (i % WRITES_BETWEEN_LOOKS == 0 && hasStopped(cluster, node)) {
                return true;
            }
        }
        return hasStopped(cluster, node);
    }

    private static boolean hasStopped(ChaosCluster cluster, ChaosNode node) {
        return !node.isRunning() || "stopped".equals(cluster.status(node).get("role"));
    }
}
