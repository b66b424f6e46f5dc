package io.jangada.raft.api;

import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.RaftProvider;
import io.jangada.raft.spi.StateMachine;
import io.jangada.raft.spi.Transport;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Describes a node, then starts it. Every setting but the place has a safe default. Not
 * thread-safe; used once.
 */
public final class RaftBuilder {
    private final NodeId node;
    private final @Nullable Path data;
    private List<Member> peers = List.of();
    private @Nullable String clusterId;
    private @Nullable String bind;
    private RaftConfig config = RaftConfig.defaults();
    private @Nullable LogStore store;
    private @Nullable String storeName;
    private @Nullable Transport transport;
    private boolean join;
    private int priority;
    private long snapshotBytesPerSecond = 64L << 20;
    private @Nullable Path restoreFrom;

    RaftBuilder(NodeId node, @Nullable Path data) {
        this.node = node;
        this.data = data;
    }

    /**
     * The initial voters, this node among them; the same on every node. Without peers the node is a
     * cluster of its own and opens no port. A data folder that holds a cluster already wins over
     * this.
     *
     * @param members each {@code ID=HOST:PORT}
     * @return this
     * @throws IllegalArgumentException if one has another form
     */
    public RaftBuilder peers(String... members) {
        return peers(Arrays.stream(members).map(Member::parse).toList());
    }

    /**
     * As {@link #peers(String...)}.
     *
     * @param members the initial voters
     * @return this
     */
    public RaftBuilder peers(List<Member> members) {
        this.peers = List.copyOf(members);
        return this;
    }

    /**
     * The name of the cluster; nodes of different clusters refuse each other. By default a hash of
     * the initial voters.
     *
     * @param id not empty
     * @return this
     */
    public RaftBuilder clusterId(String id) {
        this.clusterId = id;
        return this;
    }

    /**
     * Where to listen, if that differs from this node's address among the peers.
     *
     * @param address {@code HOST:PORT}
     * @return this
     */
    public RaftBuilder bind(String address) {
        this.bind = address;
        return this;
    }

    /**
     * Settings other than the defaults.
     *
     * @param config the settings
     * @return this
     */
    public RaftBuilder config(RaftConfig config) {
        this.config = config;
        return this;
    }

    /**
     * A log store made by hand instead of the one found on the class path. The host closes it.
     *
     * @param store the store
     * @return this
     */
    public RaftBuilder store(LogStore store) {
        this.store = store;
        return this;
    }

    /**
     * Which of the durable stores on the class path this node uses: {@code chronicle}, which is
     * taken by default, {@code segment}, or one of another maker. A folder of the one can be opened
     * with the other of these two.
     *
     * @param name what its provider calls it
     * @return this
     */
    public RaftBuilder store(String name) {
        this.storeName = name;
        return this;
    }

    /**
     * A transport made by hand instead of the one found on the class path. The host closes it.
     *
     * @param transport the transport
     * @return this
     */
    public RaftBuilder transport(Transport transport) {
        this.transport = transport;
        return this;
    }

    /**
     * Starts as a node that does not belong to the cluster yet: the peers name its members and,
     * besides, this node with its own address. It founds nothing, takes the cluster's id from the
     * first peer that it meets, and waits to be added by {@link RaftAdmin#change}. The data folder
     * remembers that, so that a later start may say it again or leave it out; on a folder that
     * holds a cluster which this node helped to found it changes nothing.
     *
     * @return this
     */
    public RaftBuilder join() {
        this.join = true;
        return this;
    }

    /**
     * How much this node is preferred as a leader. A leader hands over to a healthy voter of higher
     * priority that has caught up, never the other way round. Default 0.
     *
     * @param value from 0 to 100
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public RaftBuilder priority(int value) {
        if (value < 0 || value > 100) {
            throw new IllegalArgumentException("priority " + value + " is not from 0 to 100");
        }
        this.priority = value;
        return this;
    }

    /**
     * How fast this node sends snapshots, to all peers together. Default 64 MiB per second. Too
     * small: followers that need one may never catch up. Too large: writes feel it.
     *
     * @param bytesPerSecond at least 64 KiB
     * @return this
     * @throws IllegalArgumentException if it is less
     */
    public RaftBuilder snapshotRate(long bytesPerSecond) {
        if (bytesPerSecond < 64 << 10) {
            throw new IllegalArgumentException(
                    "snapshotRate " + bytesPerSecond + " is less than 65536 bytes per second");
        }
        this.snapshotBytesPerSecond = bytesPerSecond;
        return this;
    }

    /**
     * Founds the group on a backup instead of an empty state. Every initial voter must be given the
     * same backup; unless {@link #clusterId} is set, the cluster gets an id that depends on it, so
     * that nodes founded on something else are refused. The members are the peers named here,
     * whoever they were when the backup was made. Of a host's groups it concerns the one that the
     * backup was taken of. Ignored once the data folder holds the group.
     *
     * @param backup what {@link RaftAdmin#backup} wrote
     * @return this
     */
    public RaftBuilder restoreFrom(Path backup) {
        this.restoreFrom = backup;
        return this;
    }

    /**
     * Starts the node without groups, for those who want several: see {@link RaftHost#group}.
     *
     * @return the running host
     * @throws IllegalArgumentException if the settings contradict each other
     * @throws IllegalStateException if a module is missing; the message names the artifact
     * @throws io.jangada.raft.spi.StoreException if the data folder cannot be used
     * @throws io.jangada.raft.spi.TransportException if the port cannot be bound
     */
    public RaftHost open() {
        HostSpec spec =
                new HostSpec(
                        node,
                        data,
                        peers,
                        clusterId,
                        bind,
                        config,
                        store,
                        storeName,
                        transport,
                        join,
                        priority,
                        snapshotBytesPerSecond,
                        restoreFrom);
        return ServiceLoader.load(RaftProvider.class)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "no implementation found: add io.jangada:raft-impl to the"
                                                + " class path"))
                .open(spec);
    }

    /**
     * Starts the node with one group, {@link Raft#DEFAULT_GROUP}. Closing the group closes the
     * node.
     *
     * @param machine the state machine, empty
     * @param commands encodes its commands
     * @param results encodes its results
     * @param <S> the state machine
     * @param <C> its commands
     * @param <R> its results
     * @return the running group
     * @throws RuntimeException as {@link #open()}
     */
    public <S extends StateMachine<C, R>, C, R> RaftGroup<S, C, R> start(
            S machine, Codec<C> commands, Codec<R> results) {
        RaftHost host = open();
        try {
            return new OwningGroup<>(
                    host, host.group(Raft.DEFAULT_GROUP, machine, commands, results));
        } catch (RuntimeException | Error e) {
            host.close();
            throw e;
        }
    }
}
