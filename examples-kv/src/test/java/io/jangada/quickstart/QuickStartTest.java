package io.jangada.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftBuilder;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first program of a newcomer, on memory and on real disks and sockets. */
class QuickStartTest {
    private static final RaftConfig QUICK =
            RaftConfig.builder().electionTimeout(Duration.ofMillis(500)).build();

    @TempDir Path folder;

    @Test
    void oneNodeInMemory() throws Exception {
        try (var raft =
                Raft.inMemory("n1")
                        .start(new Counter(), Codec.of(Add.class), Codec.of(Long.class))) {
            assertEquals(1, raft.write(new Add(1)).get());
            assertEquals(1, raft.<Long>read(Counter::value).get());
        }
    }

    @Test
    void oneNodeOnDiskRemembersAcrossRestarts() throws Exception {
        for (long life = 1; life <= 3; life++) {
            try (var raft =
                    Raft.at("n1", folder)
                            .start(new Counter(), Codec.of(Add.class), Codec.of(Long.class))) {
                assertEquals(life, raft.write(new Add(1)).get());
            }
        }
    }

    /** And a folder is at home in both of the stores. */
    @Test
    void theStoreIsChosenByItsName() throws Exception {
        long life = 0;
        for (String store : List.of("segment", "chronicle", "segment")) {
            try (var raft =
                    Raft.at("n1", folder)
                            .store(store)
                            .start(new Counter(), Codec.of(Add.class), Codec.of(Long.class))) {
                assertEquals(++life, raft.write(new Add(1)).get());
                assertEquals(
                        store.equals("segment"),
                        logHas(".*\\.log"),
                        "plain files, in life " + life);
            }
        }
    }

    private boolean logHas(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("log"))) {
            return files.anyMatch(file -> file.getFileName().toString().matches(name));
        }
    }

    @Test
    void aStoreThatIsNotThereIsNamed() {
        RaftBuilder node = Raft.at("n1", folder).store("papyrus");
        assertEquals(
                "node n1 is to use the store 'papyrus', but the class path has only chronicle,"
                        + " segment",
                assertThrows(IllegalArgumentException.class, node::open).getMessage());
    }

    @Test
    void programOfTheReadmeRunsOnAPlainClassPathAndCountsOn() throws Exception {
        for (int life = 1; life <= 2; life++) {
            assertEquals("after " + life + ", now " + life, runInItsOwnProcess(Start.class));
        }
        assertTrue(folder.resolve("data").toFile().isDirectory());
    }

    @Test
    void peersOfTheReadmeAreWellFormed() {
        assertDoesNotThrow(Start::oneOfThree);
    }

    /** With the folder of this test as its working folder, and without any flag. */
    private String runInItsOwnProcess(Class<?> program) throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process =
                new ProcessBuilder(
                                java.toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                program.getName())
                        .directory(folder.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            String out = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertEquals(0, process.waitFor(), out);
            return out.strip();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void threeNodesOnDisksAndSockets() throws Exception {
        String[] peers = peers();
        List<RaftGroup<Counter, Add, Long>> nodes = new ArrayList<>();
        try {
            for (int i = 1; i <= 3; i++) {
                nodes.add(
                        Raft.at("n" + i, folder.resolve("n" + i))
                                .peers(peers)
                                .config(QUICK)
                                .start(new Counter(), Codec.of(Add.class), Codec.of(Long.class)));
            }
            long expected = 0;
            for (RaftGroup<Counter, Add, Long> raft : nodes) {
                long after = raft.write(new Add(1)).get(); // on any node
                assertEquals(++expected, after);
            }
            for (RaftGroup<Counter, Add, Long> raft : nodes) {
                long now = raft.<Long>read(Counter::value).get(); // on any node
                assertEquals(3, now);
            }
        } finally {
            nodes.forEach(RaftGroup::close);
        }
        assertTrue(folder.resolve("n1").toFile().isDirectory());
    }

    /** Ports that are free now; whoever takes one meanwhile makes the test fail by name. */
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
}
