package io.jangada.raft.api;

import java.util.Objects;

/**
 * A member of a group: who it is and where it listens for its peers.
 *
 * @param id its lasting name
 * @param address {@code host:port} of its transport as others reach it; may change over time and is
 *     resolved anew at each connect
 */
public record Member(NodeId id, String address) {
    /**
     * Checks the address.
     *
     * @throws IllegalArgumentException if {@code address} is not {@code host:port} with a port from
     *     1 to 65535
     */
    public Member {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(address, "address");
        int colon = address.lastIndexOf(':');
        if (colon <= 0 || !isPort(address.substring(colon + 1)) || !isPlain(address)) {
            throw new IllegalArgumentException(
                    "address '" + address + "' of node " + id + " is not HOST:PORT, as in h1:7000");
        }
    }

    /**
     * Reads {@code ID=HOST:PORT}.
     *
     * @param text for example {@code n1=h1:7000}
     * @return the member
     * @throws IllegalArgumentException if {@code text} has another form
     */
    public static Member parse(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw new IllegalArgumentException(
                    "member '" + text + "' is not ID=HOST:PORT, as in n1=h1:7000");
        }
        return new Member(NodeId.of(text.substring(0, equals)), text.substring(equals + 1));
    }

    /** Returns {@code ID=HOST:PORT}, which {@link #parse} reads. */
    @Override
    public String toString() {
        return id + "=" + address;
    }

    /** The canonical text of a membership separates members by commas, blanks and semicolons. */
    private static boolean isPlain(String address) {
        return address.chars().noneMatch(c -> c <= ' ' || c == ',' || c == ';' || c == '=');
    }

    private static boolean isPort(String text) {
        if (text.isEmpty()
                || text.length() > 5
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return false;
        }
        int port = Integer.parseInt(text);
        return port >= 1 && port <= 65535;
    }
}
