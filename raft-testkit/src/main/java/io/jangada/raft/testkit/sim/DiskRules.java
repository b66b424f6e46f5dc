package io.jangada.raft.testkit.sim;

import io.jangada.raft.testkit.sim.DiskRule.Fate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The rules of one disk, the latest last. */
final class DiskRules {
    private final List<DiskRule> rules = new ArrayList<>();

    DiskRule add(Predicate<? super DiskOperation> filter, Fate fate) {
        DiskRule rule = new DiskRule(this, filter, fate);
        rules.add(rule);
        return rule;
    }

    void remove(DiskRule rule) {
        rules.remove(rule);
    }

    /** The latest rule that chooses an operation; one that is met once only ends by that. */
    @Nullable DiskRule match(DiskOperation operation) {
        for (int i = rules.size() - 1; i >= 0; i--) {
            DiskRule rule = rules.get(i);
            if (rule.matches(operation)) {
                rule.matched();
                if (rule.fate().isCrash()) {
                    rule.close();
                }
                return rule;
            }
        }
        return null;
    }

    /** Whether work on files may have to wait in its middle. */
    boolean mayMakeWait() {
        return rules.stream()
                .anyMatch(rule -> rule.fate() == Fate.HOLD || rule.fate() == Fate.DELAY);
    }

    /** A process has ended: what it waits for never comes. */
    void endHolds() {
        rules.removeIf(rule -> rule.fate() == Fate.HOLD);
    }

    void releaseAll() {
        List.copyOf(rules).forEach(DiskRule::release);
    }
}
