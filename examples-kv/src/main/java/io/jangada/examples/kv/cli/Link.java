package io.jangada.examples.kv.cli;

import io.jangada.examples.kv.resp.Reply;
import io.jangada.examples.kv.resp.RespClient;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A shell's connection: made when it is needed, and made anew after it broke. Not thread-safe. */
final class Link implements Closeable {
    /** Longer than a server takes for anything. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final @Nullable String password;
    private Address address;
    private @Nullable RespClient client;

    Link(Address address, @Nullable String password) {
        this.address = address;
        this.password = password;
    }

    Address address() {
        return address;
    }

    /** Goes on with another node. */
    void moveTo(Address other) {
        close();
        address = other;
    }

    /**
     * Connects, if there is no connection.
     *
     * @throws IOException one sentence for the user
     */
    RespClient connect() throws IOException {
        if (client == null) {
            client = open();
        }
        return client;
    }

    /**
     * Asks the server.
     *
     * @throws IOException one sentence for the user
     */
    Reply call(List<byte[]> words) throws IOException {
        RespClient connected = connect();
        try {
            return connected.call(words);
        } catch (IOException e) {
            close();
            throw new IOException(
                    "the connection to "
                            + address
                            + " broke before the reply: the command may have been carried out",
                    e);
        }
    }

    @Override
    public void close() {
        if (client != null) {
            try {
                client.close();
            } catch (IOException e) {
                // It is gone either way.
            }
            client = null;
        }
    }

    private RespClient open() throws IOException {
        RespClient opened;
        try {
            opened = RespClient.connect(address.host(), address.port(), TIMEOUT);
        } catch (IOException e) {
            throw new IOException("no connection to " + address + ": " + e.getMessage(), e);
        }
        try {
            greet(opened);
            return opened;
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    /** RESP3, whose maps become tables. Without the password, replies say what is missing. */
    private void greet(RespClient opened) throws IOException {
        Reply reply =
                password == null
                        ? opened.call("HELLO", "3")
                        : opened.call("HELLO", "3", "AUTH", "default", password);
        if (password != null && reply instanceof Reply.Failure failure) {
            throw new IOException(address + " answers: " + failure.text());
        }
    }
}
