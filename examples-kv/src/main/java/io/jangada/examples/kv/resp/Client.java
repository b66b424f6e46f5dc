package io.jangada.examples.kv.resp;

import org.jspecify.annotations.Nullable;

/**
 * What is known of one connection. Changed on its event loop only; {@code CLIENT LIST} on another
 * connection may see a field late.
 */
final class Client {
    private final RespNode server;
    private final long id;
    private final String address;
    private final long connectedNanos = System.nanoTime();

    private volatile boolean authenticated;
    private volatile int protocol = 2;
    private volatile ReadConsistency reads;
    private volatile String name = "";
    private volatile String library = "";
    private volatile String libraryVersion = "";
    private volatile String lastCommand = "NULL";

    Client(RespNode server, long id, String address) {
        this.server = server;
        this.id = id;
        this.address = address;
        this.authenticated = server.config().password() == null;
        this.reads = server.config().reads();
    }

    RespNode server() {
        return server;
    }

    long id() {
        return id;
    }

    boolean isAuthenticated() {
        return authenticated;
    }

    void authenticate() {
        authenticated = true;
    }

    /** 2 or 3. */
    int protocol() {
        return protocol;
    }

    void speak(int newProtocol) {
        protocol = newProtocol;
    }

    ReadConsistency reads() {
        return reads;
    }

    void read(ReadConsistency newReads) {
        reads = newReads;
    }

    String name() {
        return name;
    }

    void rename(String newName) {
        name = newName;
    }

    void library(@Nullable String newName, @Nullable String newVersion) {
        library = newName == null ? library : newName;
        libraryVersion = newVersion == null ? libraryVersion : newVersion;
    }

    void ran(String command) {
        lastCommand = command;
    }

    /** A line of {@code CLIENT LIST}. */
    String describe() {
        long age = (System.nanoTime() - connectedNanos) / 1_000_000_000;
        return String.format(
                "id=%d addr=%s name=%s age=%d db=0 cmd=%s user=default resp=%d lib-name=%s lib-ver=%s"
                        + " read=%s",
                id, address, name, age, lastCommand, protocol, library, libraryVersion, reads);
    }
}
