package io.jangada.examples.kv.chaos;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The way from one node to another. A node sends on connections that it dials, so what is done to
 * this link is done to that direction alone. Any thread may change what it does.
 */
final class ProxyLink implements Closeable {
    /** What becomes of the bytes. */
    enum Mode {
        /** They pass. */
        OPEN,
        /** Connections stand and new ones are taken, but nothing arrives, either way. */
        SILENT,
        /** Connections are closed, new ones at once. */
        CLOSED,
        /** They pass, each piece after a delay. */
        SLOW
    }

    private static final int PIECE_BYTES = 64 << 10;
    private static final int CONNECT_MILLIS = 2000;

    private final ServerSocket listener;
    private final Thread acceptor;
    private final InetSocketAddress target;
    private final Set<Relay> relays = ConcurrentHashMap.newKeySet();
    private volatile Mode mode = Mode.OPEN;
    private volatile long delayNanos;

    /**
     * Listens.
     *
     * @param from where the dialling node finds the other one
     * @param port the port there, and the port of the target
     * @throws IOException if that cannot be had
     */
    ProxyLink(InetAddress from, int port) throws IOException {
        target = new InetSocketAddress(HostNames.own(), port);
        listener = new ServerSocket();
        try {
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(from, port));
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        acceptor = start("link " + from.getHostAddress(), this::accept);
    }

    /** Changes what becomes of the bytes from now on. */
    void set(Mode next, long nanos) {
        delayNanos = nanos;
        mode = next;
        for (Relay relay : relays) {
            // After a loss the receiver would read frames from their middle.
            if (next == Mode.CLOSED || next != Mode.SILENT && relay.lossy) {
                relay.close();
            }
        }
    }

    Mode mode() {
        return mode;
    }

    /** Closes all connections once; what comes next is as before. */
    void reset() {
        relays.forEach(Relay::close);
    }

    /** Nobody is let in any more when this returns: until its thread is out, a listener listens. */
    @Override
    public void close() throws IOException {
        listener.close();
        try {
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        reset();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket near = listener.accept();
                if (mode == Mode.CLOSED) {
                    near.close();
                } else {
                    start("relay", () -> relay(near));
                }
            } catch (IOException e) {
                // Closed, or a connection that was gone before it was taken.
            }
        }
    }

    private void relay(Socket near) {
        Socket far = new Socket();
        Relay relay = new Relay(near, far);
        relays.add(relay);
        try {
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            far.connect(target, CONNECT_MILLIS);
            if (mode == Mode.CLOSED || listener.isClosed()) {
                throw new IOException("closed meanwhile");
            }
            start("relay back", () -> relay.pump(far, near));
            relay.pump(near, far);
        } catch (IOException e) {
            relay.close();
        }
    }

    private static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** One connection of two halves. */
    private final class Relay {
        private final Socket near;
        private final Socket far;

        /** Whether bytes were swallowed. */
        private volatile boolean lossy;

        Relay(Socket near, Socket far) {
            this.near = near;
            this.far = far;
        }

        void pump(Socket from, Socket to) {
            byte[] piece = new byte[PIECE_BYTES];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                    if (mode == Mode.SILENT) {
                        lossy = true;
                        continue;
                    }
                    if (lossy) {
                        break;
                    }
                    if (mode == Mode.SLOW) {
                        LockSupport.parkNanos(delayNanos);
                    }
                    out.write(piece, 0, count);
                }
            } catch (IOException e) {
                // One of the halves is gone; so goes the other.
            } finally {
                close();
            }
        }

        void close() {
            relays.remove(this);
            closeQuietly(near);
            closeQuietly(far);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Gone all the same.
        }
    }
}
