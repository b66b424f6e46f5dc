package io.jangada.raft.testkit.sim;

import java.time.Duration;
import java.util.Objects;

/**
 * How a one-way link treats messages.
 *
 * @param delayMin shortest time on the way
 * @param delayMax longest time on the way
 * @param loss probability that a message is lost
 * @param duplication probability that a message comes twice
 * @param reordering probability that a message may overtake others, or be overtaken
 */
public record LinkQuality(
        Duration delayMin, Duration delayMax, double loss, double duplication, double reordering) {
    /** A healthy local network: a tenth to half of a millisecond, in order, nothing lost. */
    public static final LinkQuality GOOD =
            new LinkQuality(Duration.ofNanos(100_000), Duration.ofNanos(500_000), 0, 0, 0);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if the delays are negative or the wrong way round, or a
     *     probability is not from 0 to 1
     */
    public LinkQuality {
        Objects.requireNonNull(delayMin, "delayMin");
        Objects.requireNonNull(delayMax, "delayMax");
        if (delayMin.isNegative() || delayMin.compareTo(delayMax) > 0) {
            throw new IllegalArgumentException(
                    "delayMin " + delayMin + " must lie between 0 and delayMax " + delayMax);
        }
        checkProbability("loss", loss);
        checkProbability("duplication", duplication);
        checkProbability("reordering", reordering);
    }

    private static void checkProbability(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " " + value + " is not from 0 to 1");
        }
    }

    /**
     * The same with another loss.
     *
     * @param probability of a message being lost
     * @return a quality
     */
    public LinkQuality withLoss(double probability) {
        return new LinkQuality(delayMin, delayMax, probability, duplication, reordering);
    }

    /**
     * The same with other delays.
     *
     * @param least shortest time on the way
     * @param most longest time on the way
     * @return a quality
     */
    public LinkQuality withDelay(Duration least, Duration most) {
        return new LinkQuality(least, most, loss, duplication, reordering);
    }

    /**
     * The same with other disorder.
     *
     * @param twice probability that a message comes twice
     * @param overtaking probability that a message may overtake others, or be overtaken
     * @return a quality
     */
    public LinkQuality withDisorder(double twice, double overtaking) {
        return new LinkQuality(delayMin, delayMax, loss, twice, overtaking);
    }
}
