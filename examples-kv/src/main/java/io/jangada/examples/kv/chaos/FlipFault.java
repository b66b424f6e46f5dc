package io.jangada.examples.kv.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A flipped bit in one of the files of a node that is down. When it starts again it must serve what
 * is right, or make good what it lost from its peers, or refuse to serve; then a new node takes its
 * place.
 *
 * <p>The last acknowledged write of a node that was killed cannot be told from one that was never
 * finished, so a flip there makes a node forget without noticing ({@code docs/storage.md}). That is
 * why the others must all have everything before the bit is flipped, and must all follow one
 * leader.
 */
final class FlipFault extends Fault {
    private static final Duration OTHERS_TIME = Duration.ofSeconds(40);
    private static final Duration RETURN_TIME = Duration.ofSeconds(60);
    private static final int BLOCK = 64 << 10;

    private String outcome = "flip";

    private FlipFault(SplittableRandom random) {
        super("flip", Duration.ZERO, random);
    }

    static Fault draw(SplittableRandom random) {
        return new FlipFault(random);
    }

    @Override
    boolean isAlone() {
        return true;
    }

    @Override
    String outcome() {
        return outcome;
    }

    @Override
    List<String> begin(ChaosCluster cluster) throws IOException, InterruptedException {
        ChaosNode victim = shuffled(Members.withoutDisk(cluster.nodes())).get(0);
        List<ChaosNode> others = cluster.nodes().stream().filter(node -> node != victim).toList();
        cluster.kill(victim);
        if (!cluster.awaitAgreement(others, OTHERS_TIME)) {
            cluster.start(victim);
            outcome = "flip, not done";
            return List.of(victim.name(), "not done: the others did not agree");
        }
        String where = flip(victim.data());
        victim.setDamaged();
        long goal =
                others.stream()
                        .mapToLong(node -> ChaosCluster.number(cluster.status(node), "applied"))
                        .max()
                        .orElse(0);
        long logged = Files.size(victim.log());
        boolean serves = cluster.start(victim) && comesBack(cluster, victim, goal);
        if (!serves) {
            String why = cluster.lastLine(victim);
            boolean replaced = Members.replace(cluster, victim);
            outcome = replaced ? "flip, refused and replaced" : "flip, refused";
            return List.of(
                    victim.name(),
                    where,
                    "refused: " + why,
                    replaced ? "replaced" : "not replaced");
        }
        outcome = saysMadeGood(victim, logged) ? "flip, made good" : "flip, unharmed";
        return List.of(victim.name(), where, outcome);
    }

    /** Whether it logged since then that it was damaged and is made good. */
    private static boolean saysMadeGood(ChaosNode victim, long offset) throws IOException {
        byte[] log = Files.readAllBytes(victim.log());
        int begin = (int) Math.min(offset, log.length);
        return new String(log, begin, log.length - begin, UTF_8)
                .contains("made good from the peers");
    }

    /** Whether it follows a leader and has what the others had when it started. */
    private static boolean comesBack(ChaosCluster cluster, ChaosNode victim, long goal) {
        return ChaosCluster.await(
                        RETURN_TIME,
                        () -> hasEnded(cluster, victim) || hasApplied(cluster, victim, goal))
                && !hasEnded(cluster, victim);
    }

    private static boolean hasEnded(ChaosCluster cluster, ChaosNode victim) {
        return !victim.isRunning() || "stopped".equals(cluster.status(victim).get("role"));
    }

    private static boolean hasApplied(ChaosCluster cluster, ChaosNode victim, long goal) {
        return ChaosCluster.number(cluster.status(victim), "applied") >= goal;
    }

    private String flip(Path data) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(data)) {
            files =
                    all.filter(Files::isRegularFile)
                            .filter(FlipFault::isNotEmpty)
                            .sorted()
                            .toList();
        }
        List<Path> payload = files.stream().filter(FlipFault::holdsPayload).toList();
        boolean any = random().nextInt(4) == 0 || payload.isEmpty();
        Path file = shuffled(any ? files : payload).get(0);
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long offset = (long) (random().nextDouble() * usedLength(bytes));
            int bit = random().nextInt(8);
            bytes.seek(offset);
            int value = bytes.read();
            bytes.seek(offset);
            bytes.write(value ^ 1 << bit);
            return data.relativize(file) + " byte " + offset + " bit " + bit;
        }
    }

    /** Whether a file holds log or state, and not only what helps to find these. */
    private static boolean holdsPayload(Path file) {
        return !Set.of("IDENTITY", "LOCK", "CURRENT", "metadata.cq4t")
                .contains(String.valueOf(file.getFileName()));
    }

    private static boolean isNotEmpty(Path file) {
        return file.toFile().length() > 0;
    }

    /** Up to the last byte that is not zero: segments are filled with zeros in advance. */
    private static long usedLength(RandomAccessFile bytes) throws IOException {
        byte[] block = new byte[BLOCK];
        for (long begin = (bytes.length() - 1) / BLOCK * BLOCK; begin >= 0; begin -= BLOCK) {
            bytes.seek(begin);
            int count = bytes.read(block);
            for (int i = count - 1; i >= 0; i--) {
                if (block[i] != 0) {
                    return begin + i + 1;
                }
            }
        }
        return bytes.length();
    }
}
