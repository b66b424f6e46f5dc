package io.jangada.figures;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jangada.examples.kv.KvCommand;
import io.jangada.examples.kv.KvResult;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftBuilder;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Durable nodes of the KV in this process, on loopback TCP, below a folder that goes with them. */
final class Nodes implements AutoCloseable {
    private static final int OUTSTANDING = 4;

    private final Path folder;
    private final RaftConfig config;
    private final long snapshotRate;
    private final List<Member> members = new ArrayList<>();
    private final List<RaftGroup<MeasuredKv, KvCommand, KvResult>> groups = new ArrayList<>();

    Nodes(Path parent, int voters, RaftConfig config, long snapshotRate) throws IOException {
        this.folder = Files.createTempDirectory(parent, "figures");
        this.config = config;
        this.snapshotRate = snapshotRate;
        for (int i = 0; i < voters; i++) {
            members.add(member());
        }
        for (Member member : members) {
            groups.add(start(member, false));
        }
    }

    /** Starts a node that waits to be added. */
    RaftGroup<MeasuredKv, KvCommand, KvResult> join() throws IOException {
        Member member = member();
        members.add(member);
        RaftGroup<MeasuredKv, KvCommand, KvResult> group = start(member, true);
        groups.add(group);
        return group;
    }

    Member last() {
        return members.get(members.size() - 1);
    }

    RaftGroup<MeasuredKv, KvCommand, KvResult> leader() {
        while (true) {
            for (RaftGroup<MeasuredKv, KvCommand, KvResult> group : groups) {
                if (group.status().role() == Role.LEADER) {
                    return group;
                }
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    List<RaftGroup<MeasuredKv, KvCommand, KvResult>> groups() {
        return groups;
    }

    Path data(int number) {
        return folder.resolve(members.get(number).id().value());
    }

    /** Writes so many keys with random values, many to an entry. */
    void fill(int keys, int valueBytes) throws InterruptedException {
        RaftGroup<MeasuredKv, KvCommand, KvResult> leader = leader();
        int perEntry = Math.max(1, Math.min(1000, (1 << 20) / (valueBytes + 32)));
        Random random = new Random(1);
        Semaphore permits = new Semaphore(OUTSTANDING);
        AtomicInteger failures = new AtomicInteger();
        for (int first = 0; first < keys; first += perEntry) {
            List<byte[]> pairs = new ArrayList<>();
            for (int key = first; key < Math.min(keys, first + perEntry); key++) {
                byte[] value = new byte[valueBytes];
                random.nextBytes(value);
                pairs.add(key(key));
                pairs.add(value);
            }
            permits.acquire();
            CompletableFuture<KvResult> written = leader.write(new KvCommand.PutAll(pairs));
            written.whenComplete(
                    (done, failure) -> {
                        permits.release();
                        if (failure != null) {
                            failures.incrementAndGet();
                        }
                    });
        }
        permits.acquire(OUTSTANDING);
        if (failures.get() > 0) {
            System.out.println(failures + " entries may be missing: this disk is too slow");
        }
    }

    static byte[] key(int number) {
        return "key-%09d".formatted(number).getBytes(US_ASCII);
    }

    /**
     * What a folder takes on disk: blocks, so that what is promised but not filled is not counted.
     */
    static long diskBytes(Path folder) throws IOException {
        Process du =
                new ProcessBuilder("du", "-sk", folder.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String output = new String(du.getInputStream().readAllBytes(), US_ASCII);
        return Long.parseLong(output.split("\\s")[0]) << 10;
    }

    @Override
    public void close() throws IOException {
        groups.forEach(RaftGroup::close);
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    private RaftGroup<MeasuredKv, KvCommand, KvResult> start(Member member, boolean join) {
        RaftBuilder builder =
                Raft.at(member.id().value(), folder.resolve(member.id().value()))
                        .peers(members)
                        .config(config)
                        .snapshotRate(snapshotRate);
        if (join) {
            builder.join();
        }
        return builder.start(new MeasuredKv(), KvCommand.CODEC, KvResult.CODEC);
    }

    private Member member() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Member(
                    NodeId.of("n" + (members.size() + 1)), "127.0.0.1:" + socket.getLocalPort());
        }
    }
}
