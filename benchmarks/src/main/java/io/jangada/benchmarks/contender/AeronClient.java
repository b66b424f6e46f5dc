package io.jangada.benchmarks.contender;

import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.client.EgressListener;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.Header;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.jctools.queues.MpscArrayQueue;

/**
 * The client that Aeron Cluster wants: a session with the leader, served by a thread of its own,
 * which takes commands from a queue and completes them when their numbers come back.
 */
final class AeronClient implements EgressListener {
    private static final int QUEUE_CAPACITY = 8192;
    private static final int BATCH = 64;
    private static final long KEEP_ALIVE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final MpscArrayQueue<Write> queue = new MpscArrayQueue<>(QUEUE_CAPACITY);
    private final Long2ObjectHashMap<Completion> outstanding = new Long2ObjectHashMap<>();
    private final MutableDirectBuffer message = new ExpandableArrayBuffer(1 << 17);
    private final IdleStrategy idle = new BackoffIdleStrategy();
    private final MediaDriver driver;
    private final String ingressEndpoints;
    private final Thread thread = new Thread(this::run, "aeron-client");
    private long numbers;
    private volatile boolean closed;

    /** A command in the queue. */
    private static final class Write {
        final byte[] command;
        final Completion done;

        Write(byte[] command, Completion done) {
            this.command = command;
            this.done = done;
        }
    }

    AeronClient(String folder, String ingressEndpoints) {
        this.ingressEndpoints = ingressEndpoints;
        driver =
                MediaDriver.launch(
                        new MediaDriver.Context()
                                .aeronDirectoryName(folder)
                                .threadingMode(ThreadingMode.SHARED)
                                .termBufferSparseFile(true)
                                .dirDeleteOnStart(true)
                                .dirDeleteOnShutdown(true));
        thread.setDaemon(true);
        thread.start();
    }

    void write(byte[] command, Completion done) {
        if (closed || !queue.offer(new Write(command, done))) {
            done.fail(new IOException(closed ? "closed" : "the queue of the client is full"));
        }
    }

    void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        driver.close();
    }

    /** One session after another, since a leader that goes may take it along. */
    private void run() {
        while (!closed) {
            try (AeronCluster session = AeronCluster.connect(context())) {
                serve(session);
            } catch (AeronException e) {
                failAll("the session ended: " + e.getMessage());
            }
        }
        failAll("closed");
    }

    private AeronCluster.Context context() {
        return new AeronCluster.Context()
                .aeronDirectoryName(driver.aeronDirectoryName())
                .ingressChannel("aeron:udp")
                .ingressEndpoints(ingressEndpoints)
                .egressChannel("aeron:udp?endpoint=" + Ports.HOST + ":0")
                .egressListener(this);
    }

    private void serve(AeronCluster session) {
        long keepAlive = System.nanoTime() + KEEP_ALIVE_NANOS;
        while (!closed && !session.isClosed()) {
            int work = session.pollEgress();
            for (int i = 0; i < BATCH; i++) {
                Write write = queue.peek();
                if (write == null || !send(session, write)) {
                    break;
                }
                queue.poll();
                work++;
            }
            long now = System.nanoTime();
            if (now - keepAlive > 0) {
                session.sendKeepAlive();
                keepAlive = now + KEEP_ALIVE_NANOS;
            }
            idle.idle(work);
        }
    }

    /** False if the session cannot take it now. */
    private boolean send(AeronCluster session, Write write) {
        message.putLong(0, numbers);
        message.putBytes(AeronService.NUMBER_BYTES, write.command);
        if (session.offer(message, 0, AeronService.NUMBER_BYTES + write.command.length) < 0) {
            return false;
        }
        outstanding.put(numbers++, write.done);
        return true;
    }

    @Override
    public void onMessage(
            long clusterSessionId,
            long timestamp,
            DirectBuffer buffer,
            int offset,
            int length,
            Header header) {
        Completion done = outstanding.remove(buffer.getLong(offset));
        if (done != null) {
            done.succeed();
        }
    }

    /** What the old leader had may be lost: nobody will say. */
    @Override
    public void onNewLeader(
            long clusterSessionId, long leadershipTermId, int leaderMemberId, String endpoints) {
        failAll("the leader changed");
    }

    private void failAll(String reason) {
        IOException failure = new IOException(reason);
        outstanding.values().forEach(done -> done.fail(failure));
        outstanding.clear();
    }
}
