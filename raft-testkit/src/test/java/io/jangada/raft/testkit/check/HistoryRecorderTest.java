package io.jangada.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jangada.raft.testkit.check.Operation.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HistoryRecorderTest {

    private long now = 100;
    private final HistoryRecorder<String, String> recorder = new HistoryRecorder<>(() -> now);

    @Test
    void keepsOrderTimeAndNotes() {
        recorder.invoke(7, "ask", Map.of("node", "n1"));
        now = 200;
        recorder.invoke(8, "beg");
        recorder.fault("cut", List.of("n1"));
        now = 300;
        recorder.info(8, "timeout");
        recorder.ok(7, "yes", Map.of("idx", "4"));
        recorder.invoke(7, "plead");
        recorder.fail(7, "refused");
        recorder.invoke(7, "hope");

        long never = Operation.NEVER;
        assertEquals(
                new History<>(
                        List.of(
                                new Operation<>(
                                        7,
                                        "ask",
                                        Status.OK,
                                        "yes",
                                        0,
                                        100,
                                        4,
                                        300,
                                        Map.of("node", "n1", "idx", "4")),
                                new Operation<String, String>(
                                        8,
                                        "beg",
                                        Status.INFO,
                                        null,
                                        1,
                                        200,
                                        3,
                                        300,
                                        Map.of("error", "timeout")),
                                new Operation<String, String>(
                                        7,
                                        "plead",
                                        Status.FAIL,
                                        null,
                                        5,
                                        300,
                                        6,
                                        300,
                                        Map.of("error", "refused")),
                                new Operation<String, String>(
                                        7,
                                        "hope",
                                        Status.INFO,
                                        null,
                                        7,
                                        300,
                                        never,
                                        never,
                                        Map.of())),
                        List.of(new Fault(2, 200, "cut", List.of("n1")))),
                recorder.history());
    }

    @Test
    void aProcessHasOneOperationAtATime() {
        recorder.invoke(7, "ask");
        assertThrows(IllegalStateException.class, () -> recorder.invoke(7, "beg", Map.of()));
        recorder.ok(7, "yes");
        recorder.invoke(7, "beg");
        assertEquals(2, recorder.history().operations().size());
    }

    @Test
    void aProcessWithAnUnknownOutcomeIsSpent() {
        recorder.invoke(7, "ask");
        recorder.info(7, "timeout");
        assertThrows(IllegalStateException.class, () -> recorder.invoke(7, "beg", Map.of()));
        assertThrows(IllegalStateException.class, () -> recorder.ok(7, "yes", Map.of()));
    }

    @Test
    void whatWasNotCalledCannotEnd() {
        assertThrows(IllegalStateException.class, () -> recorder.ok(7, "yes", Map.of()));
        assertThrows(IllegalStateException.class, () -> recorder.fail(7, "refused"));
        assertThrows(IllegalStateException.class, () -> recorder.info(7, "timeout"));
        assertEquals(List.of(), recorder.history().operations());
    }

    /** An atomic register under real threads is linearizable, if the recorder orders events. */
    @Test
    void threadsRecordSoundly() throws Exception {
        HistoryRecorder<KvInput, KvOutput> shared = new HistoryRecorder<>(System::nanoTime);
        AtomicReference<String> register = new AtomicReference<>();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(pool.submit(() -> client(shared, register)));
            }
            for (Future<?> client : clients) {
                client.get();
            }
        } finally {
            pool.shutdownNow();
        }
        Verdict<?, ?> verdict =
                Linearizability.check(new KvModel(), shared.history(), Budget.DEFAULT);
        assertEquals(new Verdict.Linearizable<>(4_000, 1), verdict, verdict::message);
    }

    private static void client(
            HistoryRecorder<KvInput, KvOutput> recorder, AtomicReference<String> register) {
        long process = recorder.newProcess();
        for (int i = 0; i < 500; i++) {
            String value = process + "-" + i;
            recorder.invoke(process, new KvInput.Put("r", value));
            register.set(value);
            recorder.ok(process, new KvOutput.Done());
            recorder.invoke(process, new KvInput.Get("r"));
            recorder.ok(process, new KvOutput.Value(register.get()));
        }
    }

    @Test
    void anOperationThatContradictsItselfIsRefused() {
        for (Status status : Status.values()) {
            String wrong = status == Status.OK ? null : "yes";
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new Operation<>(7, "ask", status, wrong, 0, 0, 1, 1, Map.of()));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> new Operation<>(7, "ask", Status.OK, "yes", 1, 0, 1, 1, Map.of()));
    }

    @Test
    void aHistoryStandsInOrderOfCalls() {
        Operation<String, String> first =
                new Operation<>(7, "ask", Status.OK, "yes", 0, 0, 1, 1, Map.of());
        Operation<String, String> second =
                new Operation<>(7, "beg", Status.OK, "no", 2, 0, 3, 1, Map.of());
        assertEquals(2, new History<>(List.of(first, second), List.of()).operations().size());
        assertThrows(
                IllegalArgumentException.class,
                () -> new History<>(List.of(second, first), List.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new History<>(List.of(first, first), List.of()));
    }

    @Test
    void aScanNeedsAPositiveLimit() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new KvInput.Scan("a", null, 0, KvInput.ReadMode.DEFAULT));
        assertInstanceOf(KvInput.Scan.class, new KvInput.Scan("a", null));
    }
}
