package io.jangada.examples.kv.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Names that lead every node to another place. All nodes know node 2 as {@code n2:PORT}, which is
 * what stands in their logs; but each node has a hosts file of its own, in which {@code n2} is the
 * loopback address of the proxy from this node to that one. So every pair of nodes has two links,
 * one for each direction, and nothing in the servers needs to know. Linux takes all of 127.0.0.0/8
 * for this machine.
 */
final class HostNames {
    /** Numbers of nodes are from 1 to this. */
    static final int NODES_MAX = 250;

    private static final byte LOOPBACK_NET = 127;

    private HostNames() {}

    /** The name of a node, which is also the name of its host. */
    static String nameOf(int node) {
        return "n" + node;
    }

    /** Where every node listens, and finds itself: 127.0.0.1. */
    static InetAddress own() {
        return address(0, 0);
    }

    /** Where the proxy from one node to another listens. */
    static InetAddress ofLink(int from, int to) {
        return address(from, to);
    }

    private static InetAddress address(int second, int third) {
        try {
            return InetAddress.getByAddress(
                    new byte[] {LOOPBACK_NET, (byte) second, (byte) third, 1});
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }

    /** Writes the hosts file of one node; a node finds itself at 127.0.0.1. */
    static void write(Path file, int node) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("127.0.0.1 localhost");
        for (int other = 1; other <= NODES_MAX; other++) {
            String address = other == node ? "127.0.0.1" : ofLink(node, other).getHostAddress();
            lines.add(address + " " + nameOf(other));
        }
        Files.write(file, lines);
    }
}
