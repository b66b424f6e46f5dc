package io.jangada.benchmarks.wire;

import io.jangada.benchmarks.contender.Completion;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;

/** Many connections to a server that speaks RESP, one request at a time on each of them. */
public final class RespClient implements WireClient {
    private final Selector selector;
    private final List<RespConnection> connections = new ArrayList<>();
    private final ArrayBlockingQueue<RespConnection> idle;
    private final Thread reader;

    /**
     * Connects.
     *
     * @param server where
     * @param count how many connections
     * @throws IOException if that does not work
     */
    public RespClient(InetSocketAddress server, int count) throws IOException {
        selector = Selector.open();
        idle = new ArrayBlockingQueue<>(count);
        try {
            for (int i = 0; i < count; i++) {
                RespConnection connection = RespConnection.open(server, selector);
                connections.add(connection);
                idle.add(connection);
            }
        } catch (IOException e) {
            closeAll();
            throw e;
        }
        reader = new Thread(this::read, "resp-client");
        reader.setDaemon(true);
        reader.start();
    }

    @Override
    public void set(long sequence, Completion done) {
        send(done, connection -> connection.set(Records.key(sequence), done));
    }

    @Override
    public void get(long sequence, Completion done) {
        send(done, connection -> connection.get(Records.key(sequence), done));
    }

    /** Sends a request. */
    @FunctionalInterface
    private interface Request {
        void send(RespConnection connection) throws IOException;
    }

    private void send(Completion done, Request request) {
        RespConnection connection = idle.poll();
        if (connection == null) {
            done.fail(new IOException("no connection is left"));
            return;
        }
        try {
            request.send(connection);
        } catch (IOException e) {
            connection.fail(e);
        }
    }

    private void read() {
        try {
            while (selector.isOpen()) {
                selector.select(this::read);
            }
        } catch (IOException | ClosedSelectorException e) {
            connections.forEach(each -> each.fail(new IOException("the client was closed", e)));
        }
    }

    private void read(SelectionKey key) {
        RespConnection connection = (RespConnection) key.attachment();
        try {
            if (connection.read()) {
                // First, so that whoever hears of the end finds a connection.
                idle.add(connection);
                connection.end();
            }
        } catch (IOException e) {
            connection.fail(e);
        }
    }

    @Override
    public void close() {
        closeAll();
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connections.forEach(each -> each.fail(new IOException("the client was closed")));
    }

    private void closeAll() {
        try {
            selector.close();
        } catch (IOException e) {
            // It is gone in any case.
        }
        connections.forEach(RespConnection::close);
    }
}
