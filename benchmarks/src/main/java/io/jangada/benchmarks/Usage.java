package io.jangada.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;

/**
 * What this process has used up to some moment.
 *
 * @param cpuNanos CPU time of all threads, the JVM's own among them
 * @param allocated bytes allocated so far, by thread; a single number where Java counts dead
 *     threads too (21 and later)
 */
record Usage(long cpuNanos, Map<Long, Long> allocated) {
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final ThreadMXBean THREADS =
            ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    /** Stands for all threads together. */
    private static final long ALL = 0;

    static Usage now() {
        return new Usage(SYSTEM.getProcessCpuTime(), allocatedNow());
    }

    private static Map<Long, Long> allocatedNow() {
        try {
            Method total = ThreadMXBean.class.getMethod("getTotalThreadAllocatedBytes");
            return Map.of(ALL, (Long) total.invoke(THREADS));
        } catch (ReflectiveOperationException e) {
            return allocatedByLiveThreads();
        }
    }

    private static Map<Long, Long> allocatedByLiveThreads() {
        long[] ids = THREADS.getAllThreadIds();
        long[] bytes = THREADS.getThreadAllocatedBytes(ids);
        Map<Long, Long> byThread = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            byThread.put(ids[i], Math.max(0, bytes[i]));
        }
        return byThread;
    }

    double cpuSecondsSince(Usage earlier) {
        return (cpuNanos - earlier.cpuNanos) / 1e9;
    }

    /** Before Java 21 without what threads allocated that have ended since. */
    long bytesSince(Usage earlier) {
        long bytes = 0;
        for (Map.Entry<Long, Long> each : allocated.entrySet()) {
            bytes += each.getValue() - earlier.allocated.getOrDefault(each.getKey(), 0L);
        }
        return bytes;
    }
}
