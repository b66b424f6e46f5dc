package io.jangada.examples.kv.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * A place to listen at or to connect to.
 *
 * @param host name or number
 * @param port from 0 to 65535; 0 stands for any free one
 */
record Address(String host, int port) {
    /**
     * Reads {@code HOST:PORT}.
     *
     * @throws IllegalArgumentException if {@code text} has another form
     */
    static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        OptionalInt port = colon <= 0 ? OptionalInt.empty() : portOf(text.substring(colon + 1));
        if (port.isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not HOST:PORT, as in 127.0.0.1:6379");
        }
        return new Address(text.substring(0, colon), port.getAsInt());
    }

    /** The port that these digits name, or empty. */
    static OptionalInt portOf(String digits) {
        boolean plausible = digits.matches("[0-9]{1,5}") && Integer.parseInt(digits) <= 65_535;
        return plausible ? OptionalInt.of(Integer.parseInt(digits)) : OptionalInt.empty();
    }

    InetSocketAddress resolve() {
        return new InetSocketAddress(host, port);
    }

    /**
     * Checks that this process could listen here, before anything is created.
     *
     * @param option what gave the address, to be named if not
     * @throws UsageException if the port is taken or the host is not this machine
     */
    void requireFree(String option) {
        InetSocketAddress resolved = resolve();
        if (resolved.isUnresolved()) {
            throw new UsageException(option + ": unknown host '" + host + "'");
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(resolved);
        } catch (IOException e) {
            throw cannotListen(option, e);
        }
    }

    /** The one line for a place that cannot be had. */
    UsageException cannotListen(String option, IOException why) {
        Throwable cause = why.getCause() == null ? why : why.getCause();
        String reason = String.valueOf(cause.getMessage());
        boolean taken = reason.toLowerCase(Locale.ROOT).contains("already in use");
        return new UsageException(
                taken
                        ? option + ": port " + port + " of " + host + " is taken"
                        : option + ": cannot listen on " + this + ": " + reason);
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
