package io.jangada.benchmarks.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A kind of server, started with the settings that its manual gives for safe writes. */
public interface WireContender {
    /**
     * Its name.
     *
     * @return as in the table
     */
    String name();

    /**
     * What it is.
     *
     * @return for the help text
     */
    String description();

    /**
     * What must be installed before it can be measured.
     *
     * @return a sentence, or nothing if it is here
     */
    Optional<String> missing();

    /**
     * Whether it is asked in RESP.
     *
     * @return false for gRPC
     */
    boolean speaksResp();

    /**
     * Thinks of servers that would use a folder, and chooses free ports.
     *
     * @param folder empty
     * @return the servers, not started
     * @throws IOException if there are no ports
     */
    Servers servers(Path folder) throws IOException;

    /** Servers that belong together. */
    interface Servers {
        /**
         * How to start them.
         *
         * @return a command for each
         */
        List<List<String>> commands();

        /**
         * The server to ask, once there is one.
         *
         * @return where the leader listens, or nothing as long as none is known
         * @throws IOException if it cannot be asked yet
         * @throws InterruptedException if this thread is told to end
         */
        Optional<InetSocketAddress> leader() throws IOException, InterruptedException;

        /**
         * Connects a client.
         *
         * @param leader where
         * @param outstanding how many requests it will have at most
         * @return the client
         * @throws IOException if that does not work
         */
        WireClient connect(InetSocketAddress leader, int outstanding) throws IOException;
    }
}
