package io.jangada.raft.testkit.script;

import io.jangada.raft.testkit.sim.BulkInFlight;
import io.jangada.raft.testkit.sim.BulkRule;
import io.jangada.raft.testkit.sim.DiskRule;
import io.jangada.raft.testkit.sim.InFlight;
import io.jangada.raft.testkit.sim.MessageRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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

    /** Things keep the number that they got when they were held. */
    private abstract static class Numbered<T> extends Rule {
        private final List<T> seen = new ArrayList<>();

        Numbered(boolean holds) {
            super(holds);
        }

        abstract List<T> present();

        abstract String words(T thing);

        private void look() {
            for (T thing : present()) {
                if (!seen.contains(thing)) {
                    seen.add(thing);
                }
            }
        }

        final T pick(Words words, int number) {
            look();
            T thing = number < 1 || number > seen.size() ? null : seen.get(number - 1);
            if (thing == null || !present().contains(thing)) {
                throw words.bad("number " + number + " is not held here, but " + numbers());
            }
            return thing;
        }

        @Override
        final List<Integer> numbers() {
            look();
            return present().stream().map(thing -> seen.indexOf(thing) + 1).toList();
        }

        @Override
        final int held() {
            return present().size();
        }

        @Override
        final List<String> list() {
            look();
            return present().stream()
                    .map(thing -> (seen.indexOf(thing) + 1) + ": " + words(thing))
                    .toList();
        }
    }

    static final class OfMessages extends Numbered<InFlight> {
        private final MessageRule rule;

        OfMessages(MessageRule rule, boolean holds) {
            super(holds);
            this.rule = rule;
        }

        @Override
        List<InFlight> present() {
            return rule.held();
        }

        @Override
        String words(InFlight message) {
            return message.from() + ">" + message.to() + " " + message.words();
        }

        @Override
        long met() {
            return rule.matchedCount();
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
            InFlight message = pick(words, number);
            if (copy) {
                rule.deliverCopy(message);
            } else {
                rule.deliver(message);
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

    static final class OfBulk extends Numbered<BulkInFlight> {
        private final BulkRule rule;

        OfBulk(BulkRule rule, boolean holds) {
            super(holds);
            this.rule = rule;
        }

        @Override
        List<BulkInFlight> present() {
            return rule.held();
        }

        @Override
        String words(BulkInFlight frame) {
            return frame.from() + ">" + frame.to() + " bulk";
        }

        @Override
        long met() {
            return rule.matchedCount();
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
            BulkInFlight frame = pick(words, number);
            if (copy) {
                rule.deliverCopy(frame);
            } else {
                rule.deliver(frame);
            }
        }

        @Override
        void deliverLater(Words words, int number, Duration delay) {
            throw words.bad("a held frame of the bulk lane cannot be delayed; use 'delay Bulk'");
        }

        @Override
        void lose(Words words, int number) {
            rule.drop(pick(words, number));
        }
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
