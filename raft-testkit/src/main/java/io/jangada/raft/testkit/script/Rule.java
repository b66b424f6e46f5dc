package io.jangada.raft.testkit.script;

import io.jangada.raft.testkit.sim.BulkRule;
import io.jangada.raft.testkit.sim.DiskRule;
import io.jangada.raft.testkit.sim.MessageRule;
import io.jangada.raft.testkit.sim.NetworkRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A rule for messages or for disk operations, as scripts name it. */
abstract class Rule {
    private final boolean holds;

    Rule(boolean holds) {
        this.holds = holds;
    }

    /** What is held can only be let go by name. */
    final boolean needsName() {
        return holds;
    }

    /** How many messages or operations it has met. */
    abstract long met();

    /** How many it holds. */
    abstract int held();

    /** What is held goes on, and nothing is met any more. */
    abstract void release();

    /** Nothing is met any more; what is held stays where it is. */
    abstract void end();

    /** What it holds, in words, by the numbers that scripts choose by. */
    abstract List<String> list();

    abstract void deliver(Words words, int number, boolean copy);

    abstract void deliverLater(Words words, int number, Duration delay);

    abstract void lose(Words words, int number);

    /** Numbers of all that is held. */
    abstract List<Integer> numbers();

    /** Messages or frames of the bulk lane, which keep the number that they got when held. */
    static final class OfNetwork<T> extends Rule {
        private final NetworkRule<T> rule;
        private final Function<T, String> describe;
        private final List<T> seen = new ArrayList<>();

        private OfNetwork(NetworkRule<T> rule, Function<T, String> describe, boolean holds) {
            super(holds);
            this.rule = rule;
            this.describe = describe;
        }

        private List<T> present() {
            List<T> present = rule.held();
            for (T sent : present) {
                if (!seen.contains(sent)) {
                    seen.add(sent);
                }
            }
            return present;
        }

        private T pick(Words words, int number) {
            List<T> present = present();
            T sent = number < 1 || number > seen.size() ? null : seen.get(number - 1);
            if (sent == null || !present.contains(sent)) {
                throw words.bad("number " + number + " is not held here, but " + numbers());
            }
            return sent;
        }

        @Override
        List<Integer> numbers() {
            return present().stream().map(sent -> seen.indexOf(sent) + 1).toList();
        }

        @Override
        long met() {
            return rule.matchedCount();
        }

        @Override
        int held() {
            return present().size();
        }

        @Override
        List<String> list() {
            return present().stream()
                    .map(sent -> (seen.indexOf(sent) + 1) + ": " + describe.apply(sent))
                    .toList();
        }

        @Override
        void release() {
            rule.release();
        }

        @Override
        void end() {
            rule.close();
        }

        @Override
        void deliver(Words words, int number, boolean copy) {
            T sent = pick(words, number);
            if (copy) {
                rule.deliverCopy(sent);
            } else {
                rule.deliver(sent);
            }
        }

        @Override
        void deliverLater(Words words, int number, Duration delay) {
            rule.deliverLater(pick(words, number), delay);
        }

        @Override
        void lose(Words words, int number) {
            rule.drop(pick(words, number));
        }
    }

    static Rule of(MessageRule rule, boolean holds) {
        return new OfNetwork<>(
                rule,
                message -> message.from() + ">" + message.to() + " " + message.words(),
                holds);
    }

    static Rule of(BulkRule rule, boolean holds) {
        return new OfNetwork<>(rule, frame -> frame.from() + ">" + frame.to() + " bulk", holds);
    }

    static final class OfDisk extends Rule {
        private final DiskRule rule;

        OfDisk(DiskRule rule, boolean holds) {
            super(holds);
            this.rule = rule;
        }

        @Override
        long met() {
            return rule.matchedCount();
        }

        @Override
        int held() {
            return rule.heldCount();
        }

        @Override
        void release() {
            rule.release();
        }

        @Override
        void end() {
            rule.close();
        }

        @Override
        List<String> list() {
            return List.of(held() + " operations of a disk");
        }

        @Override
        List<Integer> numbers() {
            return held() == 0 ? List.of() : List.of(1);
        }

        @Override
        void deliver(Words words, int number, boolean copy) {
            if (copy || number != 1 || held() == 0) {
                throw words.bad("of operations of a disk only number 1, the oldest, can go on");
            }
            rule.completeNext();
        }

        @Override
        void deliverLater(Words words, int number, Duration delay) {
            throw words.bad("a held operation cannot be delayed; use 'disk NODE delay'");
        }

        @Override
        void lose(Words words, int number) {
            throw words.bad("a held operation cannot be lost; use 'disk NODE lose'");
        }
    }
}
