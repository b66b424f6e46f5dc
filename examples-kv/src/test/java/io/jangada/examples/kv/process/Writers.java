package io.jangada.examples.kv.process;

import static io.jangada.examples.kv.Waiting.await;

import io.jangada.examples.kv.resp.RespClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Several {@link Writer}s on one cluster. */
final class Writers {
    private final ProcessCluster cluster;
    private final List<Writer> all = new ArrayList<>();

    Writers(ProcessCluster cluster, int count) {
        this.cluster = cluster;
        for (int i = 0; i < count; i++) {
            Writer writer = new Writer(cluster, "w" + System.nanoTime() + "-" + i);
            writer.start();
            all.add(writer);
        }
    }

    /** Waits until every writer has had twenty more counts acknowledged. */
    void awaitProgress() {
        awaitProgress(20);
    }

    void awaitProgress(int counts) {
        for (Writer writer : all) {
            long goal = writer.acknowledged() + counts;
            await(
                    "progress of " + writer.getName(),
                    Duration.ofSeconds(60),
                    () -> writer.acknowledged() >= goal || !writer.isAlive());
        }
    }

    /** The longest time that one of them had to wait for its next count. */
    long longestGapMillis() {
        return all.stream().mapToLong(Writer::longestGapMillis).max().orElse(0);
    }

    /** Ends the load, then reads everything that was acknowledged from every node. */
    void finishAndVerify() throws Exception {
        for (Writer writer : all) {
            writer.finish();
        }
        for (String id : cluster.ids()) {
            verify(id);
        }
    }

    /** Ends the load only. */
    void finish() throws InterruptedException {
        for (Writer writer : all) {
            writer.finish();
        }
    }

    /** Reads everything that was acknowledged from one node. */
    void verify(String id) throws Exception {
        try (RespClient reader = cluster.client(id)) {
            for (Writer writer : all) {
                writer.verify(reader);
            }
        }
    }
}
