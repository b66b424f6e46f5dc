package io.jangada.examples.kv.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jangada.examples.kv.chaos.ProxyLink.Mode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes that listen, and the links between them. */
@Timeout(60)
class NetworkTest {
    private static final int QUIET_MILLIS = 200;

    private final Network network = new Network();
    private ServerSocket one;
    private ServerSocket two;

    @BeforeEach
    void listen() throws IOException {
        assumeTrue(
                System.getProperty("os.name").equals("Linux"),
                "only Linux has all of 127.0.0.0/8 for this machine");
        Ports ports = new Ports();
        one = new ServerSocket(ports.next(), 10, HostNames.own());
        two = new ServerSocket(ports.next(), 10, HostNames.own());
        network.add(1, one.getLocalPort());
        network.add(2, two.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        network.close();
        if (one != null) {
            one.close();
            two.close();
        }
    }

    @Test
    void whatPassesArrivesUnchangedBothWays() throws IOException {
        try (Socket near = dial(1, 2, two);
                Socket far = two.accept()) {
            far.setSoTimeout(10_000);
            near.getOutputStream().write(7);
            assertEquals(7, far.getInputStream().read());
            far.getOutputStream().write(8);
            assertEquals(8, near.getInputStream().read());
        }
    }

    @Test
    void aSilentLinkStandsAndSaysNothingAndBreaksWhenItIsHealed() throws IOException {
        try (Socket near = dial(1, 2, two);
                Socket far = two.accept();
                Socket back = dial(2, 1, one);
                Socket backFar = one.accept()) {
            network.set(1, 2, Mode.SILENT, 0);
            near.getOutputStream().write(7);
            far.setSoTimeout(QUIET_MILLIS);
            assertThrows(SocketTimeoutException.class, () -> far.getInputStream().read());
            // The other direction is another link.
            back.getOutputStream().write(9);
            assertEquals(9, backFar.getInputStream().read());

            network.heal();
            far.setSoTimeout(10_000);
            assertEquals(-1, far.getInputStream().read());
            assertEquals(-1, near.getInputStream().read());
        }
        try (Socket again = dial(1, 2, two);
                Socket far = two.accept()) {
            again.getOutputStream().write(1);
            assertEquals(1, far.getInputStream().read());
        }
    }

    @Test
    void aClosedLinkBreaksWhatStandsAndTakesNothingNew() throws IOException {
        try (Socket near = dial(1, 2, two);
                Socket far = two.accept()) {
            near.getOutputStream().write(7);
            assertEquals(7, far.getInputStream().read());
            network.set(1, 2, Mode.CLOSED, 0);
            assertEquals(-1, near.getInputStream().read());
        }
        try (Socket again = dial(1, 2, two)) {
            assertEquals(-1, again.getInputStream().read());
        }
    }

    @Test
    void aNodeThatIsGoneHasNoLinks() throws IOException {
        network.remove(2);
        assertThrows(IOException.class, () -> dial(1, 2, two));
        network.set(1, 2, Mode.CLOSED, 0);
    }

    private static Socket dial(int from, int to, ServerSocket target) throws IOException {
        Socket socket = new Socket();
        socket.connect(
                new InetSocketAddress(HostNames.ofLink(from, to), target.getLocalPort()), 10_000);
        socket.setSoTimeout(10_000);
        return socket;
    }
}
