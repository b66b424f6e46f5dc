package io.jangada.raft.testkit.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A model, a second implementation of what it models, and what random histories of it are made of.
 *
 * @param name what it is called
 * @param model the model
 * @param service makes an object that answers for real; one operation at a time
 * @param anyInput draws an input; the number makes what is written unique, or is taken as a chance
 *     to write the same again
 * @param anyOutput draws an answer that has the right form and may be wrong
 * @param swapShows whether swapping the answers of two reads, of which the first one had ended
 *     before the second was called, must be noticed
 */
record Specimen<I, O>(
        String name,
        Model<?, I, O> model,
        Function<Integer, Function<I, O>> service,
        Draw<I> anyInput,
        Guess<I, O> anyOutput,
        BiPredicate<O, O> swapShows) {

    interface Draw<I> {
        I draw(Random random, int number);
    }

    interface Guess<I, O> {
        O guess(Random random, I input);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Clients call, take effect at once at some moment, and return. */
    History<I, O> history(long seed, int clients, int operations, int unknownShare) {
        Random random = new Random(seed);
        HistoryRecorder<I, O> recorder = new HistoryRecorder<>(() -> 0);
        Function<I, O> object = service.apply(0);
        record Open<I>(long process, I input) {}
        List<Open<I>> called = new ArrayList<>();
        List<Runnable> effective = new ArrayList<>();
        List<I> orphans = new ArrayList<>();
        int count = 0;
        while (count < operations || !called.isEmpty() || !effective.isEmpty()) {
            int dice = random.nextInt(4);
            if (dice == 0 && count < operations && called.size() + effective.size() < clients) {
                Open<I> next = new Open<>(recorder.newProcess(), anyInput.draw(random, count++));
                recorder.invoke(next.process(), next.input());
                called.add(next);
            } else if (dice == 1 && !orphans.isEmpty()) {
                object.apply(orphans.remove(random.nextInt(orphans.size())));
            } else if (dice == 2 && !called.isEmpty()) {
                Open<I> next = called.remove(random.nextInt(called.size()));
                if (random.nextInt(1_000) < unknownShare) {
                    recorder.info(next.process(), "timeout");
                    orphans.add(next.input());
                } else {
                    O output = object.apply(next.input());
                    effective.add(() -> recorder.ok(next.process(), output));
                }
            } else if (dice == 3 && !effective.isEmpty()) {
                effective.remove(random.nextInt(effective.size())).run();
            }
        }
        return recorder.history();
    }

    /** Small, with answers that are mostly wrong. */
    History<I, O> guessedHistory(Random random, int operations) {
        HistoryRecorder<I, O> recorder = new HistoryRecorder<>(() -> 0);
        record Open<I>(long process, I input) {}
        List<Open<I>> open = new ArrayList<>();
        int count = 0;
        while (count < operations || !open.isEmpty() && random.nextInt(8) > 0) {
            if (count < operations && (open.isEmpty() || open.size() < 4 && random.nextBoolean())) {
                Open<I> next = new Open<>(recorder.newProcess(), anyInput.draw(random, count++));
                open.add(next);
                recorder.invoke(next.process(), next.input());
            } else {
                Open<I> next = open.remove(random.nextInt(open.size()));
                int kind = random.nextInt(10);
                if (kind == 0) {
                    recorder.fail(next.process(), "refused");
                } else if (kind < 3) {
                    recorder.info(next.process(), "timeout");
                } else {
                    recorder.ok(next.process(), anyOutput.guess(random, next.input()));
                }
            }
        }
        return recorder.history();
    }

    /** With the answers of two operations swapped, which must be noticed; if there are such. */
    Optional<History<I, O>> spoiled(History<I, O> history, Random random) {
        List<Operation<I, O>> all = history.operations();
        List<int[]> pairs = new ArrayList<>();
        for (int early = 0; early < all.size(); early++) {
            for (int late = early + 1; late < all.size(); late++) {
                if (all.get(early).end() < all.get(late).call()
                        && all.get(early).input().equals(all.get(late).input())
                        && all.get(early).output() != null
                        && all.get(late).output() != null
                        && swapShows.test(all.get(early).output(), all.get(late).output())) {
                    pairs.add(new int[] {early, late});
                }
            }
        }
        if (pairs.isEmpty()) {
            return Optional.empty();
        }
        int[] pair = pairs.get(random.nextInt(pairs.size()));
        List<Operation<I, O>> spoiled = new ArrayList<>(all);
        spoiled.set(pair[0], answered(all.get(pair[0]), all.get(pair[1]).output()));
        spoiled.set(pair[1], answered(all.get(pair[1]), all.get(pair[0]).output()));
        return Optional.of(new History<>(spoiled, List.of()));
    }

    static <I, O> Operation<I, O> answered(Operation<I, O> of, @Nullable O output) {
        return new Operation<>(
                of.process(),
                of.input(),
                of.status(),
                output,
                of.call(),
                of.callNanos(),
                of.end(),
                of.endNanos(),
                of.notes());
    }

    /** The definition: some order, in which all that returned stands within its time. */
    boolean hasOrder(History<I, O> history) {
        List<Operation<I, O>> left = new ArrayList<>(history.operations());
        left.removeIf(each -> each.status() == Operation.Status.FAIL);
        return hasOrder(new ArrayList<>(), left);
    }

    private boolean hasOrder(List<Operation<I, O>> done, List<Operation<I, O>> left) {
        if (left.stream().noneMatch(each -> each.status() == Operation.Status.OK)) {
            return true;
        }
        for (Operation<I, O> next : left) {
            boolean late = left.stream().anyMatch(other -> other.end() < next.call());
            if (late && left.stream().anyMatch(other -> mustBeBefore(other, next))) {
                continue;
            }
            // Played from the beginning each time: nothing is shared with the model.
            Function<I, O> object = service.apply(0);
            done.forEach(each -> object.apply(each.input()));
            O answer = object.apply(next.input());
            if (next.status() == Operation.Status.INFO || answer.equals(next.output())) {
                List<Operation<I, O>> rest = new ArrayList<>(left);
                rest.remove(next);
                done.add(next);
                boolean found = hasOrder(done, rest);
                done.remove(done.size() - 1);
                if (found) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean mustBeBefore(Operation<?, ?> one, Operation<?, ?> other) {
        return one.status() == Operation.Status.OK && one.end() < other.call();
    }
}
