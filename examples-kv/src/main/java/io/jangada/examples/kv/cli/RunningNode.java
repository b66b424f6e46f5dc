package io.jangada.examples.kv.cli;

import io.jangada.examples.kv.KvNode;
import io.jangada.examples.kv.http.NodeView;
import io.jangada.examples.kv.resp.RespConfig;
import io.jangada.examples.kv.resp.RespServer;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftBuilder;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.TransportException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A node with its front end for Redis clients. */
final class RunningNode implements AutoCloseable {
    /**
     * What a node needs to start.
     *
     * @param id its name, one of the cluster
     * @param cluster the initial voters; for one that joins, the members and itself
     * @param data its folder
     * @param resp where Redis clients connect
     * @param raft settings of the library
     * @param front settings of the front end
     * @param join whether it waits to be added
     * @param priority how much it is preferred as a leader
     * @param snapshotRate bytes of snapshots that it sends per second
     * @param store which of the durable stores
     * @param restoreFrom the backup that the cluster begins with, or null
     */
    record Settings(
            String id,
            Cluster cluster,
            Path data,
            Address resp,
            RaftConfig raft,
            RespConfig front,
            boolean join,
            int priority,
            long snapshotRate,
            String store,
            @Nullable Path restoreFrom) {
        /** Where this node listens for the others. */
        Address raftAddress() {
            return cluster.addressOf(id).orElseThrow();
        }

        private RaftBuilder builder() {
            RaftBuilder builder =
                    Raft.at(id, data)
                            .peers(cluster.members())
                            .config(raft)
                            .priority(priority)
                            .snapshotRate(snapshotRate)
                            .store(store);
            if (join) {
                builder.join();
            }
            if (restoreFrom != null) {
                builder.restoreFrom(restoreFrom);
            }
            return builder;
        }
    }

    /** Where copies wait to be fetched; emptied at every start. */
    private static final String BACKUPS = "backups";

    private final Settings settings;
    private final RespServer server;
    private final KvNode node;

    private RunningNode(Settings settings, RespServer server, KvNode node) {
        this.settings = settings;
        this.server = server;
        this.node = node;
    }

    /**
     * Takes the ports first, then opens the log, then serves.
     *
     * @throws UsageException if a port or the data folder cannot be had
     */
    static RunningNode start(Settings settings) {
        settings.raftAddress().requireFree("--cluster");
        RespServer server = listen(settings);
        try {
            KvNode node = KvNode.start(settings.builder());
            server.serve(node.group(), settings.data().resolve(BACKUPS));
            return new RunningNode(settings, server, node);
        } catch (StoreException | TransportException | IllegalArgumentException e) {
            server.close();
            throw new UsageException(String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    /** Where Redis clients connect, with the port that was really taken. */
    Address resp() {
        return new Address(settings.resp().host(), server.port());
    }

    NodeView view() {
        return new NodeView(settings.id(), resp().toString(), Optional.of(node.group().status()));
    }

    /** Answers what is under way, hands leadership over, closes the log. */
    @Override
    public void close() {
        server.close();
        node.close();
    }

    private static RespServer listen(Settings settings) {
        try {
            return RespServer.bind(settings.resp().resolve(), settings.front());
        } catch (IOException e) {
            throw settings.resp().cannotListen("--resp", e);
        }
    }
}
