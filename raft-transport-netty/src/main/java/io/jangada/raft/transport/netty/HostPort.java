package io.jangada.raft.transport.netty;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * An address as people write it; nothing is looked up until {@link #resolve}.
 *
 * @param host a name or an IP address, IPv6 without brackets
 * @param port from 0 to 65535
 */
record HostPort(String host, int port) {
    /**
     * Reads {@code HOST:PORT}; an IPv6 address may stand in brackets.
     *
     * @throws IllegalArgumentException if {@code text} has another form
     */
    static HostPort parse(String text, int portMin) {
        int colon = text.lastIndexOf(':');
        int port = colon <= 0 ? -1 : port(text.substring(colon + 1));
        if (port < portMin) {
            throw new IllegalArgumentException(
                    "address '" + text + "' is not HOST:PORT, as in h1:7000");
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.length() > 2 && host.startsWith("[") && host.endsWith("]");
        return new HostPort(bracketed ? host.substring(1, host.length() - 1) : host, port);
    }

    private static int port(String digits) {
        if (digits.isEmpty()
                || digits.length() > 5
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int port = Integer.parseInt(digits);
        return port <= 65535 ? port : -1;
    }

    /**
     * Looks the name up; may block for as long as the resolver does.
     *
     * @param attempt of a name with several addresses each attempt takes the next one
     * @throws UnknownHostException if there is no such name now
     */
    InetSocketAddress resolve(int attempt) throws UnknownHostException {
        InetAddress[] addresses = InetAddress.getAllByName(host);
        return new InetSocketAddress(addresses[Math.floorMod(attempt, addresses.length)], port);
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
