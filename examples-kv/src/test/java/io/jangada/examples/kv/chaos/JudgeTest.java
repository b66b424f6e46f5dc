package io.jangada.examples.kv.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.testkit.check.HistoryRecorder;
import io.jangada.raft.testkit.check.KvHistoryFile;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvInput.ReadMode;
import io.jangada.raft.testkit.check.KvOutput;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The judge on histories that are fine, and on one in which a read went back in time. */
@Timeout(60)
class JudgeTest {
    @TempDir private Path folder;
    private final Troubles troubles = new Troubles();
    private final Windows windows = new Windows(System::nanoTime);

    @Test
    void aSoundWindowIsLinearizable() throws Exception {
        work("2", "2");
        Judge judge = judgedWindows();
        assertFalse(judge.isGuilty());
        ChaosReport.Judgement judgement = conclude(judge);
        assertEquals(new ChaosReport.Judgement(1, 4, 1, 0, 0, 0, 0), judgement);
        assertTrue(judgement.isWell());
        assertTrue(troubles.isEmpty(), troubles.all().toString());
    }

    @Test
    void aReadThatWentBackInTimeIsFoundWhileTheRunGoesOn() throws Exception {
        work("2", "1");
        Judge judge = judgedWindows();
        assertTrue(judge.isGuilty());
        ChaosReport.Judgement judgement = conclude(judge);
        assertFalse(judgement.isWell());
        assertEquals(0, judgement.linearizable());
        String all = String.join("\n", troubles.all());
        assertTrue(all.contains("NOT LINEARIZABLE"), all);
        assertTrue(all.contains(judge.file(1).toString()), all);
    }

    @Test
    void noHistoryAtAllIsNothingToBeProudOf() throws Exception {
        assertFalse(conclude(judgedWindows()).isWell());
    }

    /** Two values are written, a third one is refused, then come two reads. */
    private void work(String first, String second) {
        String key = Window.keys(1).get(0);
        operate(new KvInput.Put(key, "1"), new KvOutput.Done());
        operate(new KvInput.Put(key, "2"), new KvOutput.Done());
        Windows.Pass pass = windows.enter();
        HistoryRecorder<KvInput, KvOutput> recorder = pass.window().recorder();
        long process = recorder.newProcess();
        recorder.invoke(process, new KvInput.Put(key, "3"));
        recorder.fail(process, "UNAVAILABLE");
        windows.leave(pass);
        operate(new KvInput.Get(key, ReadMode.INDEX), new KvOutput.Value(first));
        operate(new KvInput.Get(key, ReadMode.LEASE), new KvOutput.Value(second));
    }

    private void operate(KvInput input, KvOutput output) {
        Windows.Pass pass = windows.enter();
        HistoryRecorder<KvInput, KvOutput> recorder = pass.window().recorder();
        long process = recorder.newProcess();
        recorder.invoke(process, input);
        recorder.ok(process, output);
        windows.leave(pass);
    }

    private Judge judgedWindows() throws Exception {
        windows.end();
        Judge judge = new Judge(folder, windows, troubles);
        judge.start();
        judge.finish();
        return judge;
    }

    private ChaosReport.Judgement conclude(Judge judge) throws Exception {
        Judge.Tally tally = new Judge.Tally(troubles);
        for (int window : List.of(1)) {
            tally.add(KvHistoryFile.read(judge.file(window)), judge.file(window));
        }
        return tally.judgement();
    }
}
