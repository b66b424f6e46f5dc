package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** When a disk counts as sick: limit 100, times in the same unit. */
class DiskWatchTest {
    private final DiskWatch disk = new DiskWatch(100);

    @Test
    void anIdleDiskIsWellForEver() {
        assertEquals(Long.MAX_VALUE, disk.nextDeadlineNanos());
        assertFalse(disk.hasChanged(1_000_000));
        assertFalse(disk.isSick());
    }

    @Test
    void quickWritesKeepItWell() {
        for (long write = 1; write < 50; write++) {
            disk.started(write, write * 40);
            disk.confirmed(write, write * 40 + 39);
            assertFalse(disk.hasChanged(write * 40 + 39));
        }
    }

    @Test
    void aWriteThatWaitsTooLongMakesItSickAndItsConfirmationWellAgainLater() {
        disk.started(1, 1000);
        assertEquals(1101, disk.nextDeadlineNanos());
        assertFalse(disk.hasChanged(1100));
        assertTrue(disk.hasChanged(1101));
        assertTrue(disk.isSick());
        assertFalse(disk.hasChanged(5000), "it is said once");
        assertEquals(Long.MAX_VALUE, disk.nextDeadlineNanos());

        disk.confirmed(1, 6000);

        assertEquals(6100, disk.nextDeadlineNanos());
        assertFalse(disk.hasChanged(6099), "one slow write may be followed by others");
        assertTrue(disk.hasChanged(6100));
        assertFalse(disk.isSick());
    }

    /** Steady writes, each confirmed in time: the oldest open one is what counts. */
    @Test
    void aStreamOfWritesIsMeasuredFromTheOldestOpenOne() {
        disk.started(1, 0);
        for (long write = 2; write < 40; write++) {
            disk.started(write, write * 10);
            disk.confirmed(write - 1, write * 10 + 5);
            assertFalse(disk.hasChanged(write * 10 + 5));
        }
        assertFalse(disk.hasChanged(495), "write 39 waits since 395");
        assertTrue(disk.hasChanged(496));
    }

    @Test
    void aDiskThatStaysSlowStaysSick() {
        for (long write = 1; write < 10; write++) {
            disk.started(write, write * 200);
            disk.hasChanged(write * 200 + 150);
            assertTrue(disk.isSick());
            disk.confirmed(write, write * 200 + 150);
            disk.hasChanged(write * 200 + 199);
            assertTrue(disk.isSick());
        }
    }
}
