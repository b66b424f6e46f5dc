package io.jangada.examples.kv.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.testkit.check.HistoryRecorder;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvInput.ReadMode;
import io.jangada.raft.testkit.check.KvOutput;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What can be named without a search: I18 (nothing acknowledged is lost) and I19 (no phantom). */
class EvidenceTest {
    private static final String LIST = Window.keys(1).get(6);
    private static final String REGISTER = Window.keys(1).get(0);

    private final AtomicLong clock = new AtomicLong();
    private final HistoryRecorder<KvInput, KvOutput> recorder =
            new HistoryRecorder<>(clock::incrementAndGet);

    @Test
    void aSoundHistoryShowsNothing() {
        done(new KvInput.Append(LIST, "a;"));
        done(new KvInput.Append(LIST, "b;"));
        unknown(new KvInput.Append(LIST, "c;"));
        read(LIST, "a;b;");
        read(LIST, "a;b;c;");
        done(new KvInput.Put(REGISTER, "1"));
        unknown(new KvInput.Put(REGISTER, "2"));
        read(REGISTER, "1");
        read(REGISTER, "2");
        assertFound(0, 0, 0);
    }

    @Test
    void i18_anAcknowledgedAppendThatIsMissingAtTheEndIsLost() {
        done(new KvInput.Append(LIST, "a;"));
        done(new KvInput.Append(LIST, "b;"));
        read(LIST, "a;");
        assertFound(1, 0, 0);
        assertTrue(evidence().lost().get(0).contains("b;"), evidence().lost().toString());
    }

    @Test
    void i18_anAppendThatIsNotYetThereWhileOthersWriteIsTheCheckersBusiness() {
        done(new KvInput.Append(LIST, "a;"));
        read(LIST, null);
        done(new KvInput.Append(LIST, "b;"));
        read(LIST, "a;b;");
        assertFound(0, 0, 0);
    }

    @Test
    void i18_aRegisterWhoseLastWriteIsNotThereAtTheEndLostIt() {
        done(new KvInput.Put(REGISTER, "1"));
        done(new KvInput.Put(REGISTER, "2"));
        read(REGISTER, "1");
        assertFound(1, 0, 0);
    }

    @Test
    void i18_aDeletionThatIsGoneAtTheEndIsLostToo() {
        done(new KvInput.Put(REGISTER, "1"));
        done(new KvInput.Delete(REGISTER));
        read(REGISTER, "1");
        assertFound(1, 0, 0);
    }

    @Test
    void i18_whereAnUnknownWriteMayHaveComeLastNothingIsLost() {
        unknown(new KvInput.Put(REGISTER, "1"));
        done(new KvInput.Put(REGISTER, "2"));
        read(REGISTER, "1");
        assertFound(0, 0, 0);
    }

    @Test
    void i18_aSwapThatDidNotHappenDoesNotCount() {
        done(new KvInput.Put(REGISTER, "1"));
        ended(new KvInput.Cas(REGISTER, "0", "2"), new KvOutput.Swapped(false));
        read(REGISTER, "1");
        assertFound(0, 0, 0);
    }

    @Test
    void i17_anAppendThatIsThereTwiceIsDoubled() {
        done(new KvInput.Append(LIST, "a;"));
        read(LIST, "a;a;");
        assertFound(0, 1, 0);
    }

    @Test
    void i19_aValueThatNobodyWroteIsAPhantom() {
        done(new KvInput.Append(LIST, "a;"));
        read(LIST, "a;x;");
        read(REGISTER, "y");
        assertFound(0, 0, 2);
    }

    @Test
    void i19_aValueThatWasRefusedIsAPhantom() {
        refused(new KvInput.Append(LIST, "a;"));
        read(LIST, "a;");
        refused(new KvInput.Put(REGISTER, "1"));
        read(REGISTER, "1");
        assertFound(0, 0, 2);
    }

    @Test
    void finalReadsComeAfterEverythingElse() {
        done(new KvInput.Append(LIST, "a;"));
        unknown(new KvInput.Append(LIST, "b;"));
        FinalRead first = new FinalRead("n1", 10, 11, Map.of(LIST, "a;"));
        FinalRead second = new FinalRead("n2", 12, 13, Map.of());
        Evidence evidence =
                Evidence.in(
                        FinalRead.append(
                                recorder.history(), List.of(LIST), List.of(first, second)));
        assertEquals(1, evidence.lost().size(), evidence.lost().toString());
        assertTrue(evidence.lost().get(0).contains("n2"), evidence.lost().toString());
    }

    private void assertFound(int lost, int doubled, int phantoms) {
        Evidence evidence = evidence();
        assertEquals(lost, evidence.lost().size(), evidence.lost().toString());
        assertEquals(doubled, evidence.doubled().size(), evidence.doubled().toString());
        assertEquals(phantoms, evidence.phantoms().size(), evidence.phantoms().toString());
    }

    private Evidence evidence() {
        return Evidence.in(recorder.history());
    }

    private void done(KvInput input) {
        ended(input, new KvOutput.Done());
    }

    private void read(String key, String value) {
        ended(new KvInput.Get(key, ReadMode.INDEX), new KvOutput.Value(value));
    }

    private void ended(KvInput input, KvOutput output) {
        long process = recorder.newProcess();
        recorder.invoke(process, input);
        recorder.ok(process, output);
    }

    private void refused(KvInput input) {
        long process = recorder.newProcess();
        recorder.invoke(process, input);
        recorder.fail(process, "UNAVAILABLE");
    }

    private void unknown(KvInput input) {
        long process = recorder.newProcess();
        recorder.invoke(process, input);
        recorder.info(process, "UNKNOWN");
    }
}
