package io.jangada.figures;

import io.jangada.examples.kv.KvCommand;
import io.jangada.examples.kv.KvResult;
import io.jangada.raft.api.RaftGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Writers that overwrite keys, each one write at a time, and note how long each took. */
final class Load {
    private final List<Thread> threads = new ArrayList<>();
    private final List<long[]> latencies = new ArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean stopping;

    Load(RaftGroup<MeasuredKv, KvCommand, KvResult> group, int writers, int keys, int valueBytes) {
        for (int i = 0; i < writers; i++) {
            int seed = i;
            Thread thread = new Thread(() -> run(group, keys, valueBytes, seed), "writer-" + i);
            thread.start();
            threads.add(thread);
        }
    }

    private void run(
            RaftGroup<MeasuredKv, KvCommand, KvResult> group, int keys, int valueBytes, int seed) {
        Random random = new Random(seed);
        long[] nanos = new long[1 << 20];
        int count = 0;
        try {
            while (!stopping && count < nanos.length) {
                byte[] value = new byte[valueBytes];
                random.nextBytes(value);
                KvCommand put =
                        new KvCommand.Put(
                                Nodes.key(random.nextInt(keys)),
                                value,
                                KvCommand.When.ALWAYS,
                                KvCommand.Answer.OK);
                long before = System.nanoTime();
                try {
                    group.write(put).get();
                } catch (ExecutionException e) {
                    failures.incrementAndGet();
                }
                nanos[count++] = System.nanoTime() - before;
            }
        } catch (InterruptedException e) {
            failures.incrementAndGet();
        }
        synchronized (latencies) {
            latencies.add(Arrays.copyOf(nanos, count));
        }
    }

    /** Ends the load and tells what was seen. */
    String stop() throws InterruptedException {
        stopping = true;
        for (Thread thread : threads) {
            thread.join();
        }
        long[] all = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return all.length == 0
                ? "no writes"
                : String.format(
                        Locale.ROOT,
                        "%,d writes, p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms, %d failed",
                        all.length,
                        all[all.length / 2] / 1e6,
                        all[(int) (all.length * 0.99)] / 1e6,
                        all[(int) (all.length * 0.999)] / 1e6,
                        all[all.length - 1] / 1e6,
                        failures.get());
    }
}
