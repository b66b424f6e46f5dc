package io.jangada.raft.testkit;

import io.jangada.raft.spi.StateMachine;
import io.jangada.raft.testkit.MachineWatch.Logged;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives commands to machines without a cluster, to find out what sets two of them apart: whether
 * new machines already differ, or only one that was saved and loaded on the way; and which commands
 * it takes at least.
 */
final class Experiments<S extends StateMachine<C, R>, C, R> {
    /** Not saved and loaded at all. */
    static final int NEVER = -1;

    private static final int TRIALS_MAX = 400;

    /** What depends on chance does not show each time. */
    private static final int REPETITIONS = 20;

    /**
     * Two machines that were given the same commands and differ.
     *
     * @param commands what they were given
     * @param savedAfter after how many of these the second one was saved, and loaded into a new
     *     one; {@link #NEVER} if it was not
     * @param at the number of the command at which they differ, from 1; 0 for before the first
     * @param reply what they answered there, if that differs
     * @param state in which values they differ there, if they do
     */
    record Divergence(
            List<Logged> commands,
            int savedAfter,
            int at,
            @Nullable Difference reply,
            List<Difference> state) {}

    private final MachineKit<S, C, R> kit;
    private int trials;

    Experiments(MachineKit<S, C, R> kit) {
        this.kit = kit;
    }

    /**
     * Looks for a way to see a difference without a cluster.
     *
     * @param commands what was applied
     * @param loadedAt index of a snapshot that somebody had loaded, which is tried first; or 0
     * @return null if machines agree in all that was tried
     */
    @Nullable Divergence search(List<Logged> commands, long loadedAt) {
        for (int i = 0; i < REPETITIONS; i++) {
            Divergence twice = compare(commands, NEVER);
            if (twice != null) {
                return twice;
            }
        }
        int likely = 0;
        while (likely < commands.size() && commands.get(likely).at().index() <= loadedAt) {
            likely++;
        }
        Divergence found = compare(commands, likely);
        int step = Math.max(1, commands.size() / 50);
        for (int after = commands.size(); found == null && after >= 0; after -= step) {
            found = compare(commands, after);
        }
        return found;
    }

    /** The same difference with as few commands as can be found in reasonable time. */
    Divergence shrink(Divergence found) {
        Divergence best = upTo(found);
        trials = 0;
        for (int chunk = best.commands().size() / 2; chunk >= 1; chunk /= 2) {
            int from = best.commands().size() - chunk;
            while (from >= 0 && trials < TRIALS_MAX) {
                Divergence shorter = without(best, from, Math.min(from + chunk, size(best)));
                if (shorter != null) {
                    best = shorter;
                }
                from = Math.min(from, size(best)) - chunk;
            }
        }
        return best;
    }

    private static int size(Divergence divergence) {
        return divergence.commands().size();
    }

    /** What comes after the difference does not matter. */
    private Divergence upTo(Divergence found) {
        int end = Math.max(found.at(), Math.max(0, found.savedAfter()));
        Divergence shorter = compare(found.commands().subList(0, end), found.savedAfter());
        return shorter == null ? found : shorter;
    }

    private @Nullable Divergence without(Divergence best, int from, int to) {
        trials++;
        List<Logged> left = new ArrayList<>(best.commands().subList(0, from));
        left.addAll(best.commands().subList(to, size(best)));
        int saved = best.savedAfter();
        if (saved > from) {
            saved -= Math.min(saved, to) - from;
        }
        return compare(left, saved);
    }

    /** Lets two machines take the same commands, the second one later. Null if they agree. */
    @Nullable Divergence compare(List<Logged> commands, int savedAfter) {
        List<ByteBuffer> replies = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        List<Picture> pictures = new ArrayList<>();
        try {
            S first = kit.factory().get();
            pictures.add(kit.picture(first));
            for (Logged each : commands) {
                R reply = first.apply(kit.command(each.command()), each.at());
                replies.add(kit.encoded(reply));
                texts.add(String.valueOf(reply));
                pictures.add(kit.picture(first));
            }
            awaitNextMilli();
            S second = kit.factory().get();
            for (int i = 0; i <= commands.size(); i++) {
                Difference reply = null;
                if (i > 0) {
                    Logged each = commands.get(i - 1);
                    R answer = second.apply(kit.command(each.command()), each.at());
                    if (!replies.get(i - 1).equals(kit.encoded(answer))) {
                        reply = new Difference("reply", texts.get(i - 1), String.valueOf(answer));
                    }
                }
                if (i == savedAfter) {
                    second = reloaded(second);
                }
                List<Difference> state = pictures.get(i).differences(kit.picture(second));
                if (reply != null || !state.isEmpty()) {
                    return new Divergence(List.copyOf(commands), savedAfter, i, reply, state);
                }
            }
            return null;
        } catch (IOException | RuntimeException e) {
            return null; // A machine that throws is reported where it happened.
        }
    }

    private S reloaded(S machine) throws IOException {
        S loaded = kit.factory().get();
        kit.load(loaded, kit.save(machine));
        return loaded;
    }

    /** A machine that looks at the clock must have a chance to see another time. */
    private static void awaitNextMilli() {
        long now = System.currentTimeMillis();
        while (System.currentTimeMillis() == now) {
            Thread.onSpinWait();
        }
    }
}
