package io.jangada.figures;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.Role;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Three durable nodes in one process on loopback TCP, with either store: writes of 256 bytes at the
 * leader, one at a time and 64 and 1024 at once, ReadIndex reads, beside the raw sync time of the
 * same disk. Prints; asserts nothing.
 */
public final class WriteFigures {
    private static final List<String> STORES = List.of("segment", "chronicle");
    private static final RaftConfig NO_SNAPSHOTS =
            RaftConfig.builder().snapshotEntries(1 << 30).snapshotBytes(1L << 40).build();
    private static final int VALUE_BYTES = 256;
    private static final int RAW_SYNCS = 2_000;
    private static final int SINGLES = 3_000;
    private static final long PHASE_NANOS = 4_000_000_000L;

    private WriteFigures() {}

    /** Keeps the last value of each of some keys. */
    static final class LastValues implements StateMachine<byte[], Long> {
        private final Map<Integer, byte[]> values = new HashMap<>();

        @Override
        public Long apply(byte[] command, Applied at) {
            values.put(ByteBuffer.wrap(command).getInt() & 0xffff, command);
            return at.index();
        }

        @Override
        public void save(SnapshotWriter out) {
            throw new UnsupportedOperationException("these figures take no snapshot");
        }

        @Override
        public void load(SnapshotReader in) {
            throw new UnsupportedOperationException("these figures take no snapshot");
        }

        int size() {
            return values.size();
        }
    }

    /** Runs all phases in a temporary folder, or below the one given. */
    public static void main(String[] args) throws Exception {
        Path folder =
                args.length > 0
                        ? Files.createTempDirectory(Path.of(args[0]), "figures")
                        : Files.createTempDirectory("figures");
        List<RaftGroup<LastValues, byte[], Long>> nodes = new ArrayList<>();
        try {
            for (int writers : new int[] {1, 3}) {
                System.out.printf(
                        Locale.ROOT,
                        "raw sync of one page, %d at once, p50: %.0f us%n",
                        writers,
                        rawSyncMicros(folder, writers));
            }
            List<RaftGroup<LastValues, byte[], Long>> leaders = new ArrayList<>();
            for (String store : STORES) {
                List<RaftGroup<LastValues, byte[], Long>> cluster =
                        start(folder.resolve(store), store);
                nodes.addAll(cluster);
                leaders.add(leader(cluster));
            }
            measure(leaders);
        } finally {
            nodes.forEach(RaftGroup::close);
            delete(folder);
        }
    }

    private static List<RaftGroup<LastValues, byte[], Long>> start(Path folder, String store)
            throws IOException {
        List<RaftGroup<LastValues, byte[], Long>> nodes = new ArrayList<>();
        String[] peers = peers();
        for (int i = 1; i <= 3; i++) {
            nodes.add(
                    Raft.at("n" + i, folder.resolve("n" + i))
                            .peers(peers)
                            .store(store)
                            .config(NO_SNAPSHOTS)
                            .start(new LastValues(), Codec.of(byte[].class), Codec.of(Long.class)));
        }
        return nodes;
    }

    /** One store after the other, again and again. */
    private static void measure(List<RaftGroup<LastValues, byte[], Long>> leaders)
            throws Exception {
        for (RaftGroup<LastValues, byte[], Long> leader : leaders) {
            phase("warm-up  x1024", leader, 1024, true);
        }
        for (int round = 1; round <= 3; round++) {
            for (int i = 0; i < STORES.size(); i++) {
                System.out.println("round " + round + ", " + STORES.get(i));
                RaftGroup<LastValues, byte[], Long> leader = leaders.get(i);
                singles(leader);
                phase("writes     x64", leader, 64, true);
                phase("writes   x1024", leader, 1024, true);
                phase("ReadIndex x64 ", leader, 64, false);
            }
        }
    }

    private static void singles(RaftGroup<LastValues, byte[], Long> leader) throws Exception {
        long[] nanos = new long[SINGLES];
        for (int i = 0; i < SINGLES; i++) {
            long before = System.nanoTime();
            leader.write(value(i)).get();
            nanos[i] = System.nanoTime() - before;
        }
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "writes      x1: p50 %.0f us, p99 %.0f us%n",
                nanos[SINGLES / 2] / 1e3,
                nanos[SINGLES * 99 / 100] / 1e3);
    }

    private static void phase(
            String name,
            RaftGroup<LastValues, byte[], Long> leader,
            int outstanding,
            boolean writes)
            throws Exception {
        Semaphore permits = new Semaphore(outstanding);
        long cpu = processCpuNanos();
        long begin = System.nanoTime();
        long done = 0;
        List<Throwable> failures = new ArrayList<>();
        while (System.nanoTime() - begin < PHASE_NANOS) {
            permits.acquire();
            CompletableFuture<?> call =
                    writes
                            ? leader.write(value((int) done))
                            : leader.read(ReadMode.INDEX, LastValues::size);
            call.whenComplete(
                    (result, failure) -> {
                        if (failure != null) {
                            synchronized (failures) {
                                failures.add(failure);
                            }
                        }
                        permits.release();
                    });
            done++;
        }
        permits.acquire(outstanding);
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%s: %,.0f/s, %.1f us CPU each, %d failed%n",
                name,
                done / seconds,
                (processCpuNanos() - cpu) / 1e3 / done,
                failures.size());
    }

    private static byte[] value(int key) {
        byte[] value = new byte[VALUE_BYTES];
        ByteBuffer.wrap(value).putInt(key);
        return value;
    }

    private static long processCpuNanos() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getProcessCpuTime();
    }

    private static RaftGroup<LastValues, byte[], Long> leader(
            List<RaftGroup<LastValues, byte[], Long>> nodes) {
        while (true) {
            for (RaftGroup<LastValues, byte[], Long> node : nodes) {
                if (node.status().role() == Role.LEADER) {
                    return node;
                }
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** As many threads as given, each with a preallocated file of its own on the same disk. */
    private static double rawSyncMicros(Path folder, int writers) throws Exception {
        List<CompletableFuture<long[]>> all = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            Path file = folder.resolve("raw" + i);
            all.add(
                    CompletableFuture.supplyAsync(
                            () -> rawSyncNanos(file), task -> new Thread(task).start()));
        }
        long[] nanos =
                all.stream().flatMapToLong(each -> Arrays.stream(each.join())).sorted().toArray();
        return nanos[nanos.length / 2] / 1e3;
    }

    private static long[] rawSyncNanos(Path file) {
        byte[] page = new byte[4096];
        long[] nanos = new long[RAW_SYNCS];
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            for (int i = 0; i < nanos.length; i++) {
                raw.write(page);
            }
            raw.getFD().sync();
            raw.seek(0);
            for (int i = 0; i < nanos.length; i++) {
                long before = System.nanoTime();
                raw.write(page);
                raw.getFD().sync();
                nanos[i] = System.nanoTime() - before;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return nanos;
    }

    private static String[] peers() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        String[] peers = new String[3];
        for (int i = 0; i < 3; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            peers[i] = "n" + (i + 1) + "=127.0.0.1:" + socket.getLocalPort();
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return peers;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
