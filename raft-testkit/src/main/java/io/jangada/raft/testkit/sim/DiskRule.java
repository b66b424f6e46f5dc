package io.jangada.raft.testkit.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a disk does with operations that a filter chooses, from now until the rule is closed. Of
 * several rules for one operation the latest counts.
 */
public final class DiskRule implements AutoCloseable {
    enum Fate {
        FAIL,
        HOLD,
        DELAY,
        LOSE,
        TEAR,
        CRASH_BEFORE,
        CRASH_AFTER;

        boolean isCrash() {
            return this == TEAR || this == CRASH_BEFORE || this == CRASH_AFTER;
        }
    }

    private final DiskRules rules;
    private final Predicate<? super DiskOperation> filter;
    private final Fate fate;
    private final List<Runnable> held = new ArrayList<>();
    private long delayNanos;
    private int tornAfter;
    private @Nullable Predicate<? super UnsyncedWrite> survivors;
    private long matched;

    DiskRule(DiskRules rules, Predicate<? super DiskOperation> filter, Fate fate) {
        this.rules = rules;
        this.filter = filter;
        this.fate = fate;
    }

    /** Of a delay: how long the operation takes. */
    DiskRule taking(Duration delay) {
        delayNanos = delay.toNanos();
        return this;
    }

    /** Of a tear: how many parts of the operation get to the disk. */
    DiskRule after(int parts) {
        tornAfter = parts;
        return this;
    }

    /** Of a crash: what survives of all that is not synced then. */
    DiskRule sparing(Predicate<? super UnsyncedWrite> choice) {
        survivors = choice;
        return this;
    }

    boolean matches(DiskOperation operation) {
        return filter.test(operation);
    }

    Fate fate() {
        return fate;
    }

    long delayNanos() {
        return delayNanos;
    }

    int tornAfter() {
        return tornAfter;
    }

    /** What a crash spares; null if chance decides. */
    @Nullable Predicate<? super UnsyncedWrite> survivors() {
        return survivors;
    }

    void matched() {
        matched++;
    }

    void hold(Runnable completion) {
        held.add(completion);
    }

    /**
     * How many operations it has met.
     *
     * @return their number
     */
    public long matchedCount() {
        return matched;
    }

    /**
     * How many operations wait here.
     *
     * @return their number
     */
    public int heldCount() {
        return held.size();
    }

    /**
     * Lets the operation that waits longest complete now.
     *
     * @throws IllegalStateException if none waits
     */
    public void completeNext() {
        if (held.isEmpty()) {
            throw new IllegalStateException("no operation waits");
        }
        held.remove(0).run();
    }

    /** Lets what is held complete now, and holds nothing further. */
    public void release() {
        close();
        List<Runnable> completions = List.copyOf(held);
        held.clear();
        completions.forEach(Runnable::run);
    }

    /** The rule ends; what it still holds stays held. Calling it again does nothing. */
    @Override
    public void close() {
        rules.remove(this);
    }
}
