package io.jangada.examples.kv.resp;

import static io.jangada.examples.kv.Waiting.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RejectedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Members, snapshots and backups through RESP. */
class AdminCommandsTest {
    private RespFixture fixture;
    private RespClient client;

    @BeforeEach
    void connect() throws IOException {
        // Requests are short here, so that what goes on after them is soon seen.
        fixture =
                new RespFixture(
                        new RespConfig(
                                Duration.ofMillis(300),
                                8 << 20,
                                100,
                                ReadConsistency.INDEX,
                                null,
                                Map.of()));
        client = fixture.client();
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiterString = " => ",
            value = {
                "RAFT.ADD n3 h3:1 => OK => n1=h1:7001,n2=h2:7002,n3=h3:1 / ",
                "RAFT.ADD n3 h3:1 learner => OK => n1=h1:7001,n2=h2:7002 / n3=h3:1",
                "RAFT.ADD n2 other:1 => OK => n1=h1:7001,n2=other:1 / ",
                "RAFT.ADD n3 h3:1 LEARNER; RAFT.PROMOTE n3 => OK =>"
                        + " n1=h1:7001,n2=h2:7002,n3=h3:1 / ",
                "RAFT.REMOVE n2 => OK => n1=h1:7001 / ",
                "RAFT.REMOVE n7 => OK => n1=h1:7001,n2=h2:7002 / ",
                "RAFT.REMOVE n2; RAFT.REMOVE n1 => ERR node n1 is the only voter: add another one"
                        + " before removing it => n1=h1:7001 / ",
                "RAFT.PROMOTE n7 => ERR node n7 is not a member: voters n1=h1:7001,n2=h2:7002; add"
                        + " it first => n1=h1:7001,n2=h2:7002 / ",
                "RAFT.ADD n1 h1:1 LEARNER => ERR node n1 is a voter; remove it before it can be a"
                        + " learner => n1=h1:7001,n2=h2:7002 / ",
                "RAFT.ADD n3 h3 => ERR address 'h3' of node n3 is not HOST:PORT, as in h1:7000 =>"
                        + " n1=h1:7001,n2=h2:7002 / ",
                "RAFT.ADD n3 h3:1 VOTER => ERR syntax error => n1=h1:7001,n2=h2:7002 / ",
                "RAFT.ADD n3 => ERR wrong number of arguments for 'raft.add' command =>"
                        + " n1=h1:7001,n2=h2:7002 / ",
                "RAFT.REMOVE a/b => ERR node id 'a/b' is not valid: use 1 to 64 letters, digits,"
                        + " '.', '_' or '-' => n1=h1:7001,n2=h2:7002 / ",
                "RAFT.SNAPSHOT => OK => n1=h1:7001,n2=h2:7002 / ",
                "RAFT.SNAPSHOT now => ERR wrong number of arguments for 'raft.snapshot' command =>"
                        + " n1=h1:7001,n2=h2:7002 / "
            })
    void membersChange(String script, String reply, String members) throws IOException {
        Reply last = null;
        for (String line : script.split("; ")) {
            last = client.call(line.split(" "));
        }
        assertEquals(reply, RespCommandsTest.show(last));
        Map<String, String> status = RespCommandsTest.map(client.call("RAFT.STATUS"));
        assertEquals(
                members.strip(), (status.get("voters") + " / " + status.get("learners")).strip());
    }

    @Test
    void aRefusalThatMayPassIsToBeTriedAgain() throws IOException {
        fixture.group.failWith(
                () -> new RejectedException.MembershipRefused("another change is under way"));
        assertEquals("UNAVAILABLE another change is under way", call("RAFT.ADD", "n3", "h3:1"));
    }

    @Test
    void aChangeThatTakesLongerGoesOnAndARepeatJoinsIt() throws IOException {
        fixture.group.hold();
        String unknown =
                "UNKNOWN the change goes on; repeat the command to wait for it, or look at"
                        + " RAFT.STATUS: a fake waits for nothing";
        assertEquals(unknown, call("RAFT.ADD", "n3", "h3:1"));
        assertEquals(
                unknown, RespCommandsTest.show(fixture.client().call("RAFT.ADD", "n3", "h3:1")));
        assertEquals(1, fixture.group.changes());
        fixture.group.release();
        assertEquals("OK", call("RAFT.ADD", "n3", "h3:1"));
        assertEquals(
                "n3=h3:1",
                RespCommandsTest.map(client.call("RAFT.STATUS")).get("voters").split(",")[2]);
    }

    @Test
    void aSnapshotThatTakesLongerGoesOn() throws IOException {
        fixture.group.hold();
        assertEquals(
                "UNKNOWN the snapshot goes on; repeat the command to wait for it",
                call("RAFT.SNAPSHOT"));
        fixture.group.release();
        assertEquals("OK", call("RAFT.SNAPSHOT"));
    }

    @Test
    void anInstallIsSeenWhileItRuns() throws IOException {
        fixture.group.installing(OptionalInt.of(25));
        String text = "25%";
        assertEquals(text, RespCommandsTest.map(client.call("RAFT.STATUS")).get("installing"));
        assertTrue(call("INFO", "raft").contains("\r\nraft_installing:" + text + "\r\n"));
        fixture.group.installing(OptionalInt.empty());
        assertTrue(!RespCommandsTest.map(client.call("RAFT.STATUS")).containsKey("installing"));
    }

    @Test
    void aBackupIsFetchedInPiecesAndChecked() throws Exception {
        call("MSET", "a", "1", "b", "x".repeat(2000));
        String id = call("RAFT.BACKUP", "BEGIN");
        Map<String, String> stat = RespCommandsTest.map(client.call("RAFT.BACKUP", "STAT", id));
        assertEquals("whole", stat.get("state"));
        assertEquals("1", stat.get("index"));
        int size = Integer.parseInt(stat.get("bytes"));
        assertTrue(size > 2000, stat.toString());

        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        for (int offset = 0; offset < size; offset += 999) {
            Reply piece = client.call("RAFT.BACKUP", "READ", id, "" + offset, "999");
            copy.write(((Reply.Bulk) piece).bytes());
        }
        assertEquals(size, copy.size());
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(copy.toByteArray());
        assertEquals(stat.get("hash"), HexFormat.of().formatHex(hash));
        Reply beyond = client.call("RAFT.BACKUP", "READ", id, "" + size, "10");
        assertArrayEquals(new byte[0], ((Reply.Bulk) beyond).bytes());

        assertEquals("OK", call("RAFT.BACKUP", "END", id));
        assertEquals(
                "ERR there is no backup '"
                        + id
                        + "': one that nobody asks for is dropped after 60 s",
                call("RAFT.BACKUP", "STAT", id));
        assertEquals(List.of(), files());
    }

    @Test
    void aBackupThatTakesItsTimeIsWaitedFor() throws IOException {
        fixture.group.hold();
        String id = call("RAFT.BACKUP", "BEGIN");
        assertEquals("[state, writing]", call("RAFT.BACKUP", "STAT", id));
        assertEquals(
                "ERR backup '" + id + "' is not whole: ask STAT",
                call("RAFT.BACKUP", "READ", id, "0", "10"));
        fixture.group.release();
        await(() -> RespCommandsTest.show(stat(id)).startsWith("[state, whole"));
    }

    @Test
    void backupsAreBoundedInNumberAndSize() throws IOException {
        String first = call("RAFT.BACKUP", "BEGIN");
        call("RAFT.BACKUP", "BEGIN");
        assertEquals(
                "UNAVAILABLE 2 backups are under way on this node: try again later, or at another"
                        + " one",
                call("RAFT.BACKUP", "BEGIN"));
        call("RAFT.BACKUP", "END", first);
        assertEquals(36, call("RAFT.BACKUP", "BEGIN").length());
        assertEquals(
                "ERR a piece begins at 0 or later and has 1 to 1048576 bytes",
                call("RAFT.BACKUP", "READ", first, "0", "1048577"));
        assertEquals(
                "ERR wrong number of arguments for 'raft.backup|read' command",
                call("RAFT.BACKUP", "READ", first));
        assertEquals(
                "ERR unknown subcommand 'FOO'. Try RAFT.BACKUP BEGIN, STAT, READ or END.",
                call("RAFT.BACKUP", "FOO"));
    }

    @Test
    void aBackupWithoutALeaderSaysSo() throws IOException {
        fixture.group.failWith(() -> new RejectedException.NoLeader("no leader", NodeId.of("n2")));
        String id = call("RAFT.BACKUP", "BEGIN");
        await(() -> RespCommandsTest.show(stat(id)).equals("UNAVAILABLE no leader"));
    }

    private Reply stat(String id) {
        try {
            return client.call("RAFT.BACKUP", "STAT", id);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(fixture.backups)) {
            return files.toList();
        }
    }

    private String call(String... words) throws IOException {
        return RespCommandsTest.show(client.call(words));
    }
}
