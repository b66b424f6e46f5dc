package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.GROUP;
import static io.jangada.raft.impl.runtime.TestCluster.NUMBERS;
import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static io.jangada.raft.impl.runtime.TestCluster.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange.Add;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A consistent copy of a group's state, and new groups founded on it. */
class BackupTest {
    @TempDir private Path folder;

    private static final List<Member> MEMBERS = List.of(member(0), member(1), member(2));

    private static Member member(int number) {
        return new Member(node(number), node(number) + ":1");
    }

    private static HostSpec spec(
            int number, List<Member> members, @Nullable LogStore store, @Nullable Path backup) {
        return new HostSpec(
                node(number),
                null,
                members,
                null,
                null,
                QUICK,
                store,
                null,
                null,
                false,
                0,
                64 << 20,
                backup);
    }

    /** Three nodes founded on a backup, each with a store that outlives them. */
    private static TestCluster restored(Path backup, IntFunction<@Nullable LogStore> stores) {
        TestCluster cluster = new TestCluster(0, QUICK);
        for (int i = 0; i < 3; i++) {
            cluster.host(spec(i, MEMBERS, stores.apply(i), backup));
            cluster.machines.add(new Adder());
            cluster.groups.add(cluster.open(i, GROUP, cluster.machines.get(i)));
        }
        return cluster;
    }

    /** A group of three with these numbers, its backup taken on any node. */
    private Path backupOf(long... numbers) throws IOException {
        Path file = folder.resolve("adders.backup");
        try (TestCluster cluster = TestCluster.of(3)) {
            RaftGroup<Adder, Long, Long> follower = cluster.groups.get(cluster.awaitFollower());
            for (long number : numbers) {
                Await.get(cluster.groups.get(0).write(number));
            }
            SnapshotInfo info = follower.admin().backup(file);
            assertEquals(info, BackupFile.read(file).info());
            assertEquals(GROUP, BackupFile.read(file).group());
        }
        return file;
    }

    @Test
    void aNewClusterBeginsWithEverythingThatWasAcknowledged() throws IOException {
        Path file = backupOf(3, 5, 7);

        try (TestCluster cluster = restored(file, number -> null)) {
            cluster.awaitLeader();
            for (RaftGroup<Adder, Long, Long> group : cluster.groups) {
                assertEquals(List.of(3L, 5L, 7L), Await.get(group.read(Adder::numbers)));
            }
            assertEquals(16, Await.get(cluster.groups.get(1).write(1L)));
            assertEquals(List.of(3L, 5L, 7L, 1L), cluster.awaitEqualMachines());
            assertEquals(Membership.ofVoters(MEMBERS), cluster.groups.get(2).status().membership());
        }
    }

    /** The first entries are in nobody's log, so it needs the snapshot. */
    @Test
    void aClusterThatWasRestoredGrows() throws IOException {
        Path file = backupOf(3, 5, 7);

        try (TestCluster cluster = restored(file, number -> null)) {
            cluster.awaitLeader();
            RaftGroup<Adder, Long, Long> fourth = cluster.join("n4:1");
            Await.get(cluster.groups.get(0).admin().change(new Add(member(3))));
            assertEquals(16, Await.get(fourth.write(1L)));
            assertEquals(List.of(3L, 5L, 7L, 1L), Await.get(fourth.read(Adder::numbers)));
        }
    }

    @Test
    void oneNodeAloneIsFoundedOnTheBackupOfThree() throws IOException {
        Path file = backupOf(1, 2);
        try (TestCluster cluster = new TestCluster(0, QUICK);
                Host host = cluster.host(spec(5, List.of(), null, file))) {
            RaftGroup<Adder, Long, Long> group = host.group(GROUP, new Adder(), NUMBERS, NUMBERS);
            assertEquals(13, Await.get(group.write(10L)));
        }
    }

    @Test
    void theBackupIsNotNeededAnyMoreOnceTheGroupExists() throws IOException {
        Path file = backupOf(3, 5, 7);
        List<LastingStore> disks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            disks.add(new LastingStore(new StoreIdentity("new", node(i), StoreId.of(5, i))));
        }
        try (TestCluster cluster = restored(file, disks::get)) {
            cluster.awaitLeader();
            assertEquals(16, Await.get(cluster.groups.get(0).write(1L)));
            cluster.awaitEqualMachines();
        }
        try (TestCluster cluster = restored(file, disks::get)) {
            cluster.awaitLeader();
            assertEquals(List.of(3L, 5L, 7L, 1L), cluster.awaitEqualMachines());
        }
    }

    /** A node without the backup, or with another one, would be another group of the same name. */
    @Test
    void nodesFoundedOnSomethingElseAreOfAnotherCluster() throws IOException {
        Path file = backupOf(3, 5, 7);
        try (TestCluster cluster = new TestCluster(0, QUICK);
                Host with = cluster.host(spec(0, MEMBERS, null, file));
                Host without = cluster.host(spec(1, MEMBERS, null, null))) {
            RaftGroup<Adder, Long, Long> one = with.group(GROUP, new Adder(), NUMBERS, NUMBERS);
            without.group(GROUP, new Adder(), NUMBERS, NUMBERS);
            Await.until(
                    () -> "they refuse each other: " + one.admin().why(),
                    () -> one.admin().why().contains("n2 is refused (node n2 is of cluster "));
        }
    }

    @Test
    void otherGroupsOfTheHostAreFoundedEmpty() throws IOException {
        Path file = backupOf(3);
        try (TestCluster cluster = new TestCluster(0, QUICK);
                Host host = cluster.host(spec(0, List.of(), null, file))) {
            RaftGroup<Adder, Long, Long> other =
                    host.group(GroupId.of("other"), new Adder(), NUMBERS, NUMBERS);
            assertEquals(1, Await.get(other.write(1L)));
        }
    }

    @Test
    void aDamagedBackupFoundsNothing() throws IOException {
        Path file = backupOf(3);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        try (TestCluster cluster = new TestCluster(0, QUICK);
                Host host = cluster.host(spec(0, List.of(), null, file))) {
            for (int attempt = 0; attempt < 2; attempt++) {
                String why =
                        assertThrows(
                                        IllegalArgumentException.class,
                                        () -> host.group(GROUP, new Adder(), NUMBERS, NUMBERS))
                                .getMessage();
                assertTrue(why.startsWith("backup " + file + " is damaged: "), why);
            }
        }
    }

    @Test
    void withoutALeaderThereIsNoBackup() {
        Path file = folder.resolve("none");
        RaftConfig hasty = QUICK.toBuilder().requestTimeout(Duration.ofMillis(400)).build();
        try (TestCluster cluster = new TestCluster(3, hasty, i -> new Adder())) {
            int alone = cluster.awaitFollower();
            cluster.cutOff((alone + 1) % 3, (alone + 2) % 3);
            assertThrows(
                    RejectedException.NoLeader.class,
                    () -> cluster.groups.get(alone).admin().backup(file));
            assertFalse(Files.exists(file));
        }
    }

    @Test
    void nothingIsOverwritten() throws IOException {
        Path file = Files.writeString(folder.resolve("letter"), "Dear reader");
        try (TestCluster cluster = TestCluster.of(1)) {
            assertThrows(
                    FileAlreadyExistsException.class,
                    () -> cluster.groups.get(0).admin().backup(file));
        }
        assertEquals("Dear reader", Files.readString(file));
    }
}
