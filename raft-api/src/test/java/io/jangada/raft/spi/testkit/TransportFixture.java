package io.jangada.raft.spi.testkit;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Nodes of a test, closed after it. */
@Timeout(60)
abstract class TransportFixture {
    static final int TESTED_BYTES_MAX = 64 << 20;

    final List<TestNode> nodes = new ArrayList<>();

    /**
     * Makes a transport, not started.
     *
     * @param bindAddress where it is to listen, from {@link #freeAddress()}
     * @return the transport
     * @throws Exception fails the test
     */
    protected abstract Transport create(String bindAddress) throws Exception;

    /**
     * An address at which nobody listens, and where a transport can.
     *
     * @return a free port of this host, unless overridden
     */
    protected String freeAddress() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void closeAll() {
        nodes.forEach(TestNode::close);
    }

    TestNode started(String id) {
        TestNode node = node(id, freeAddress(), 1);
        node.start();
        return node;
    }

    TestNode startedIn(String cluster, String id) {
        TestNode node = node(cluster, id, freeAddress(), 1);
        node.start();
        return node;
    }

    /** A node that is not started yet; {@code life} tells its restarts apart. */
    TestNode node(String id, String address, int life) {
        return node("testers", id, address, life);
    }

    TestNode node(String cluster, String id, String address, int life) {
        try {
            TestNode node = new TestNode(cluster, id, address, create(address), life);
            nodes.add(node);
            return node;
        } catch (Exception e) {
            throw new AssertionError("cannot make a transport for " + address, e);
        }
    }

    static int sendsUntilDropped(TestNode node, NodeId peer) {
        return sendsUntilDropped(node, frame -> node.transport().send(peer, frame));
    }

    static int bulkSendsUntilDropped(TestNode node, NodeId peer) {
        return sendsUntilDropped(node, frame -> node.transport().sendBulk(peer, frame));
    }

    /** How many sends it took until one was dropped, 0 if none was. */
    private static int sendsUntilDropped(TestNode node, Predicate<BytesFrame> send) {
        int size = Math.min(64 << 10, node.transport().frameBytesMax());
        BytesFrame frame = new BytesFrame(bytes(size, 1));
        for (int count = 1; count <= (512 << 20) / size; count++) {
            if (!send.test(frame)) {
                return count;
            }
        }
        return 0;
    }

    static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] numbered(int number, byte[] frame) {
        ByteBuffer.wrap(frame).putInt(0, number);
        return frame;
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
