package io.jangada.raft.testkit.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a disk does with operations that a filter chooses, from now until the rule is closed. Of
 * several rules for one operation the latest counts.
 */
public final class DiskRule implements AutoCloseable {
    enum Fate {
        FAIL,
        HOLD,
        DELAY,
        CRASH_BEFORE,
        CRASH_AFTER
    }

    private final SimDisk disk;
    private final Predicate<? super DiskOperation> filter;
    private final Fate fate;
    private final long delayNanos;
    private final List<Runnable> held = new ArrayList<>();
    private long matched;

    DiskRule(SimDisk disk, Predicate<? super DiskOperation> filter, Fate fate, Duration delay) {
        this.disk = disk;
        this.filter = filter;
        this.fate = fate;
        this.delayNanos = delay.toNanos();
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
        disk.remove(this);
    }
}
