package io.jangada.raft.impl.runtime;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Slots for writes under way, as many as a window may need, and memory for those that are used:
 * most groups of a host write little. One thread fills slots, any thread empties them.
 *
 * @param <W> a write
 */
final class WriteRing<W> {
    private static final int PAGE_SLOTS = 64;

    private final int length;
    private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable W>> pages;

    /** All empty; {@code length} is a power of two. */
    WriteRing(int length) {
        this.length = length;
        this.pages = new AtomicReferenceArray<>(Math.max(1, length / PAGE_SLOTS));
    }

    int length() {
        return length;
    }

    @Nullable W get(int slot) {
        AtomicReferenceArray<@Nullable W> page = pages.get(slot / PAGE_SLOTS);
        return page == null ? null : page.get(slot % PAGE_SLOTS);
    }

    void set(int slot, W write) {
        AtomicReferenceArray<@Nullable W> page = pages.get(slot / PAGE_SLOTS);
        if (page == null) {
            page = new AtomicReferenceArray<>(PAGE_SLOTS);
            pages.set(slot / PAGE_SLOTS, page);
        }
        page.set(slot % PAGE_SLOTS, write);
    }

    /** Empties a slot; false if it does not hold that write any more. */
    boolean remove(int slot, W write) {
        AtomicReferenceArray<@Nullable W> page = pages.get(slot / PAGE_SLOTS);
        return page != null && page.compareAndSet(slot % PAGE_SLOTS, write, null);
    }

    /** Gives back the memory of slots that are all empty. The filling thread's only. */
    void trim() {
        for (int i = 0; i < pages.length(); i++) {
            pages.set(i, null);
        }
    }
}
