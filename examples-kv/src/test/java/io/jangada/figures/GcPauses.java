package io.jangada.figures;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** When the garbage collector stopped this JVM, from the first use on. */
final class GcPauses {
    /** In {@link System#nanoTime} terms, precise to the millisecond that the JVM tells. */
    record Gc(long fromNanos, long toNanos) {
        boolean overlaps(long from, long to) {
            return fromNanos - 2_000_000 <= to && from <= toNanos + 2_000_000;
        }
    }

    private final List<Gc> all = new CopyOnWriteArrayList<>();

    GcPauses() {
        long started =
                System.nanoTime() - ManagementFactory.getRuntimeMXBean().getUptime() * 1_000_000;
        for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) bean)
                    .addNotificationListener(
                            (notification, handback) -> {
                                var info =
                                        GarbageCollectionNotificationInfo.from(
                                                        (CompositeData) notification.getUserData())
                                                .getGcInfo();
                                all.add(
                                        new Gc(
                                                started + info.getStartTime() * 1_000_000,
                                                started + info.getEndTime() * 1_000_000));
                            },
                            null,
                            null);
        }
    }

    boolean overlap(long fromNanos, long toNanos) {
        return all.stream().anyMatch(gc -> gc.overlaps(fromNanos, toNanos));
    }

    /** Number, sum and maximum of the pauses within a time, as text. */
    String within(long fromNanos, long toNanos) {
        List<Gc> some = all.stream().filter(gc -> gc.overlaps(fromNanos, toNanos)).toList();
        long sum = some.stream().mapToLong(gc -> gc.toNanos - gc.fromNanos).sum();
        long max = some.stream().mapToLong(gc -> gc.toNanos - gc.fromNanos).max().orElse(0);
        return "%d GC pauses, %d ms in all, longest %d ms"
                .formatted(some.size(), sum / 1_000_000, max / 1_000_000);
    }
}
