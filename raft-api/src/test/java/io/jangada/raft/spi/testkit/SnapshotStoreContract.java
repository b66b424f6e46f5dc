package io.jangada.raft.spi.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link SnapshotStore} must do. Extend it, say how the snapshots of one group are made
 * and opened again, and inherit the checks. Loss of power, damage and failing disks are not
 * covered: they need means that differ from store to store.
 *
 * <p>Make chunks or blocks small here (100 bytes, say), so that the tests cross their borders.
 */
public abstract class SnapshotStoreContract {
    private static final Membership MEMBERS =
            Membership.ofVoters(List.of(Member.parse("n1=h1:7001"), Member.parse("n2=h2:7002")));

    private @Nullable SnapshotStore store;

    /**
     * Makes an empty store. Called once per test, first.
     *
     * @return the snapshots of a new group
     * @throws Exception fails the test
     */
    protected abstract SnapshotStore create() throws Exception;

    /**
     * Opens the store of this test again, as after a restart of its node. Called only if {@link
     * #durable()}, with every sink and file closed.
     *
     * @return the store as recovered
     * @throws Exception fails the test
     */
    protected abstract SnapshotStore reopen() throws Exception;

    /**
     * Whether snapshots outlive the store.
     *
     * @return true, unless overridden
     */
    protected boolean durable() {
        return true;
    }

    @BeforeEach
    final void createStore() throws Exception {
        store = create();
    }

    private SnapshotStore store() {
        if (store == null) {
            throw new AssertionError("create() has not been called yet");
        }
        return store;
    }

    private void restart() {
        if (durable()) {
            try {
                store = reopen();
            } catch (Exception e) {
                throw new AssertionError("the store does not open again", e);
            }
        }
    }

    // ---- own snapshots -------------------------------------------------------------------------

    @Test
    void newStoreHasNone() {
        assertEquals(Optional.empty(), store().latest());
        assertThrows(StoreException.class, () -> store().open());
        restart();
        assertEquals(Optional.empty(), store().latest());
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 99, 100, 101, 200, 1000, 70_001})
    void committedSnapshotIsTheLatestAndReadsBack(int bytes) {
        byte[] content = content(1, bytes);
        SnapshotInfo info = take(meta(7), content);
        assertEquals(info(meta(7), content), info, "meta data, size and SHA-256");
        assertLatest(info, content);
        restart();
        assertLatest(info, content);
    }

    @Test
    void jointConfigurationComesBack() {
        Membership joint =
                Membership.of(
                        List.of(Member.parse("n1=h1:1"), Member.parse("n4=h4:4")),
                        List.of(Member.parse("n1=h1:1"), Member.parse("n2=h2:2")),
                        List.of(Member.parse("n9=h9:9")));
        SnapshotMeta meta = new SnapshotMeta(1L << 40, 1L << 33, 1L << 41, 3, joint);
        SnapshotInfo info = take(meta, content(2, 10));
        restart();
        assertEquals(Optional.of(info), store().latest());
        assertEquals(meta, info.meta());
    }

    @Test
    void nothingIsVisibleBeforeTheCommit() {
        byte[] first = content(1, 300);
        SnapshotInfo info = take(meta(5), first);
        try (SnapshotSink sink = store().create(meta(9))) {
            write(sink, content(2, 500));
            assertLatest(info, first);
        }
        assertLatest(info, first);
        restart();
        assertLatest(info, first);
    }

    @Test
    void sinkTellsItsPosition() {
        try (SnapshotSink sink = store().create(meta(9))) {
            assertEquals(0, sink.position());
            write(sink, content(2, 150));
            assertEquals(150, sink.position());
            write(sink, content(3, 50));
            assertEquals(200, sink.position());
        }
    }

    @Test
    void buffersBelongToTheCaller() {
        byte[] content = content(1, 250);
        byte[] reused = content.clone();
        try (SnapshotSink sink = store().create(meta(3))) {
            ByteBuffer buffer = ByteBuffer.wrap(reused, 0, 120);
            sink.write(buffer);
            assertFalse(buffer.hasRemaining(), "all of it is taken");
            Arrays.fill(reused, 0, 120, (byte) 0);
            ByteBuffer direct = ByteBuffer.allocateDirect(130).put(content, 120, 130).flip();
            sink.write(direct.asReadOnlyBuffer());
            assertLatest(sink.commit(), content);
        }
    }

    @Test
    void newerSnapshotReplacesTheOlder() {
        take(meta(5), content(1, 400));
        byte[] newer = content(2, 300);
        SnapshotInfo info = take(meta(8), newer);
        assertLatest(info, newer);
        restart();
        assertLatest(info, newer);
    }

    @Test
    void latestNeverFallsBack() {
        byte[] newer = content(2, 300);
        SnapshotInfo newest;
        try (SnapshotSink older = store().create(meta(5))) {
            write(older, content(1, 200));
            newest = receive(info(meta(8), newer), newer);
            assertEquals(newest, older.commit(), "the one that came in between");
        }
        assertLatest(newest, newer);
        restart();
        assertLatest(newest, newer);
    }

    @Test
    void snapshotOfTheSameIndexCanBeTakenAgain() {
        byte[] content = content(1, 300);
        take(meta(5), content);
        SnapshotInfo again = take(meta(5), content);
        assertLatest(again, content);
        restart();
        assertLatest(again, content);
    }

    @Test
    void closingAfterTheCommitOrTwiceDoesNothing() {
        byte[] content = content(1, 120);
        SnapshotSink sink = store().create(meta(5));
        write(sink, content);
        SnapshotInfo info = sink.commit();
        sink.close();
        sink.close();
        assertLatest(info, content);
        SnapshotSink given = store().create(meta(6));
        given.close();
        given.close();
        assertLatest(info, content);
    }

    // ---- open files ----------------------------------------------------------------------------

    @Test
    void openFileSurvivesItsReplacement() {
        byte[] first = content(1, 1000);
        SnapshotInfo info = take(meta(5), first);
        try (SnapshotFile open = store().open()) {
            assertArrayEquals(Arrays.copyOf(first, 10), read(open, 0, 10));
            take(meta(6), content(2, 10));
            take(meta(7), content(3, 2000));
            assertEquals(info, open.info());
            assertArrayEquals(first, read(open, 0, first.length));
        }
    }

    @Test
    void readsAnyPieceAndNothingBehindTheEnd() {
        byte[] content = content(1, 1234);
        take(meta(5), content);
        Random random = new Random(5);
        try (SnapshotFile file = store().open()) {
            for (int i = 0; i < 200; i++) {
                int from = random.nextInt(content.length);
                int length = random.nextInt(400);
                byte[] expected =
                        Arrays.copyOfRange(content, from, Math.min(content.length, from + length));
                assertArrayEquals(expected, read(file, from, length), from + " " + length);
            }
            assertEquals(0, file.read(content.length, ByteBuffer.allocate(10)));
            assertEquals(0, file.read(content.length + 100, ByteBuffer.allocate(10)));
            ByteBuffer direct = ByteBuffer.allocateDirect(10);
            assertEquals(4, file.read(content.length - 4, direct));
            assertEquals(4, direct.position());
        }
    }

    @Test
    void severalThreadsReadOneFileAtOnce() throws Exception {
        byte[] content = content(1, 20_000);
        take(meta(5), content);
        ExecutorService readers = Executors.newFixedThreadPool(3);
        try (SnapshotFile file = store().open()) {
            List<Future<?>> running = new ArrayList<>();
            for (int seed = 1; seed <= 3; seed++) {
                Random random = new Random(seed);
                running.add(readers.submit(() -> readAtRandom(file, content, random)));
            }
            for (Future<?> reader : running) {
                reader.get(60, TimeUnit.SECONDS);
            }
        } finally {
            readers.shutdownNow();
        }
    }

    private static void readAtRandom(SnapshotFile file, byte[] content, Random random) {
        for (int i = 0; i < 500; i++) {
            int from = random.nextInt(content.length - 300);
            assertArrayEquals(Arrays.copyOfRange(content, from, from + 300), read(file, from, 300));
        }
    }

    // ---- snapshots of others -------------------------------------------------------------------

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 100, 1000, 70_001})
    void receivedSnapshotIsTheLatest(int bytes) {
        byte[] content = content(1, bytes);
        SnapshotInfo info = info(meta(7), content);
        assertEquals(info, receive(info, content));
        assertLatest(info, content);
        restart();
        assertLatest(info, content);
    }

    @ParameterizedTest(name = "{0} bytes less")
    @ValueSource(ints = {1, 50, 100, 500})
    void snapshotThatIsTooShortIsRefusedAndForgotten(int less) {
        byte[] content = content(1, 500);
        assertRefused(info(meta(7), content), Arrays.copyOf(content, 500 - less));
    }

    @Test
    void snapshotThatIsTooLongIsRefusedAndForgotten() {
        byte[] content = content(1, 500);
        assertRefused(info(meta(7), content), Arrays.copyOf(content, 501));
    }

    @ParameterizedTest(name = "byte {0}")
    @ValueSource(ints = {0, 99, 100, 499})
    void snapshotWithAnotherHashIsRefusedAndForgotten(int at) {
        byte[] content = content(1, 500);
        byte[] other = content.clone();
        other[at] ^= 1;
        assertRefused(info(meta(7), content), other);
    }

    private void assertRefused(SnapshotInfo announced, byte[] sent) {
        byte[] before = content(3, 30);
        SnapshotInfo latest = take(meta(2), before);
        try (SnapshotSink sink = store().receive(announced)) {
            assertThrows(
                    StoreException.class,
                    () -> {
                        write(sink, sent);
                        sink.commit();
                    });
        }
        assertLatest(latest, before);
        try (SnapshotSink sink = store().receive(announced)) {
            assertEquals(0, sink.position(), "forgotten");
        }
        restart();
        assertLatest(latest, before);
    }

    @ParameterizedTest(name = "cut at {0}")
    @ValueSource(ints = {0, 1, 99, 100, 101, 250, 999, 1000})
    void cutTransferIsResumed(int cut) {
        byte[] content = content(1, 1000);
        SnapshotInfo info = info(meta(7), content);
        try (SnapshotSink sink = store().receive(info)) {
            sink.write(ByteBuffer.wrap(content, 0, cut));
        }
        assertEquals(Optional.empty(), store().latest());
        assertEquals(info, receive(info, content));
        assertLatest(info, content);
    }

    @Test
    void whatWasReceivedIsNotAskedForAgain() {
        byte[] content = content(1, 10_000);
        SnapshotInfo info = info(meta(7), content);
        try (SnapshotSink sink = store().receive(info)) {
            sink.write(ByteBuffer.wrap(content, 0, 9_000));
        }
        try (SnapshotSink sink = store().receive(info)) {
            assertTrue(sink.position() > 0 && sink.position() <= 9_000, "" + sink.position());
        }
    }

    @Test
    void cutTransferIsResumedAfterARestart() {
        byte[] content = content(1, 10_000);
        SnapshotInfo info = info(meta(7), content);
        for (int cut = 1_000; cut < 10_000; cut += 1_700) {
            try (SnapshotSink sink = store().receive(info)) {
                int from = (int) sink.position();
                sink.write(ByteBuffer.wrap(content, from, cut - from));
            }
            restart();
        }
        assertEquals(Optional.empty(), store().latest());
        assertEquals(info, receive(info, content));
        assertLatest(info, content);
    }

    @Test
    void anotherSnapshotDropsWhatWasReceivedOfTheOneBefore() {
        byte[] content = content(1, 1000);
        SnapshotInfo first = info(meta(7), content);
        try (SnapshotSink sink = store().receive(first)) {
            sink.write(ByteBuffer.wrap(content, 0, 700));
        }
        byte[] other = content(2, 800);
        try (SnapshotSink sink = store().receive(info(meta(8), other))) {
            assertEquals(0, sink.position());
        }
        try (SnapshotSink sink = store().receive(first)) {
            assertEquals(0, sink.position());
        }
    }

    @Test
    void sameIndexWithAnotherHashIsAnotherSnapshot() {
        byte[] content = content(1, 1000);
        try (SnapshotSink sink = store().receive(info(meta(7), content))) {
            sink.write(ByteBuffer.wrap(content, 0, 700));
        }
        byte[] other = content(2, 1000);
        try (SnapshotSink sink = store().receive(info(meta(7), other))) {
            assertEquals(0, sink.position());
        }
        assertEquals(info(meta(7), other), receive(info(meta(7), other), other));
    }

    @Test
    void oneIsTakenWhileAnotherIsReceived() {
        byte[] own = content(1, 800);
        byte[] received = content(2, 900);
        SnapshotInfo info = info(meta(9), received);
        try (SnapshotSink taking = store().create(meta(5));
                SnapshotSink receiving = store().receive(info)) {
            for (int at = 0; at < 800; at += 80) {
                taking.write(ByteBuffer.wrap(own, at, 80));
                receiving.write(ByteBuffer.wrap(received, at, 80));
            }
            assertLatest(taking.commit(), own);
            receiving.write(ByteBuffer.wrap(received, 800, 100));
            assertLatest(receiving.commit(), received);
        }
        restart();
        assertLatest(info, received);
    }

    // ---- helpers -------------------------------------------------------------------------------

    private static SnapshotMeta meta(long index) {
        return new SnapshotMeta(index, 2, index * 10, 1, MEMBERS);
    }

    private static byte[] content(long seed, int bytes) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return content;
    }

    private static SnapshotInfo info(SnapshotMeta meta, byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return new SnapshotInfo(meta, content.length, HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private SnapshotInfo take(SnapshotMeta meta, byte[] content) {
        try (SnapshotSink sink = store().create(meta)) {
            write(sink, content);
            return sink.commit();
        }
    }

    /** Takes what is missing, as a transfer does. */
    private SnapshotInfo receive(SnapshotInfo info, byte[] content) {
        try (SnapshotSink sink = store().receive(info)) {
            int from = (int) sink.position();
            sink.write(ByteBuffer.wrap(content, from, content.length - from));
            return sink.commit();
        }
    }

    /** In pieces of 37 bytes at first, then of 4,000. */
    private static void write(SnapshotSink sink, byte[] content) {
        int at = 0;
        while (at < content.length) {
            int count = Math.min(at < 400 ? 37 : 4_000, content.length - at);
            sink.write(ByteBuffer.wrap(content, at, count));
            at += count;
        }
    }

    private static byte[] read(SnapshotFile file, long position, int length) {
        ByteBuffer target = ByteBuffer.allocate(length);
        int count = file.read(position, target);
        assertEquals(count, target.position());
        return Arrays.copyOf(target.array(), count);
    }

    private void assertLatest(SnapshotInfo info, byte[] content) {
        assertEquals(Optional.of(info), store().latest());
        try (SnapshotFile file = store().open()) {
            assertEquals(info, file.info());
            assertArrayEquals(content, read(file, 0, content.length + 10));
        }
    }
}
