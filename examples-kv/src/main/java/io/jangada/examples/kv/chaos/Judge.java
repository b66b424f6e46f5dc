package io.jangada.examples.kv.chaos;

import io.jangada.raft.testkit.check.Budget;
import io.jangada.raft.testkit.check.History;
import io.jangada.raft.testkit.check.KvHistoryFile;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvModel;
import io.jangada.raft.testkit.check.KvOutput;
import io.jangada.raft.testkit.check.Linearizability;
import io.jangada.raft.testkit.check.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes the histories of windows to files as they come and looks at each at once, so that a run
 * ends soon after something went wrong; at the end it looks at all of them again, with what was
 * read then. Holds one history at a time.
 */
final class Judge extends Thread {
    private static final Duration STEP = Duration.ofMillis(200);

    /** What is not settled by the usual budget gets ten times as much, once. */
    private static final Budget LARGE = new Budget(200_000_000, 5_000_000, 1);

    private static final int NAMED_MAX = 5;

    private final Path folder;
    private final Windows windows;
    private final Troubles troubles;
    private final List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean ending;
    private final AtomicInteger judged = new AtomicInteger();
    private volatile boolean guilty;

    Judge(Path folder, Windows windows, Troubles troubles) {
        super("judge");
        this.folder = folder;
        this.windows = windows;
        this.troubles = troubles;
        setDaemon(true);
    }

    /** How many windows were looked at. */
    int judged() {
        return judged.get();
    }

    /** Whether something was found already. */
    boolean isGuilty() {
        return guilty;
    }

    @Override
    public void run() {
        try {
            while (true) {
                Optional<Window> over = windows.takeOver(STEP);
                if (over.isPresent()) {
                    first(over.get());
                } else if (ending) {
                    return;
                }
            }
        } catch (IOException | RuntimeException | InterruptedException e) {
            troubles.add("the histories cannot be kept: " + e);
        }
    }

    private void first(Window window) throws IOException {
        History<KvInput, KvOutput> history = window.history();
        seen.add(window.number());
        KvHistoryFile.write(file(window.number()), history);
        Evidence evidence = Evidence.in(history);
        if (!evidence.doubled().isEmpty()
                || !evidence.phantoms().isEmpty()
                || check(history, Budget.DEFAULT) instanceof Verdict.NotLinearizable) {
            // It is described at the end, when all windows are looked at.
            guilty = true;
        }
        judged.incrementAndGet();
    }

    /** Waits until all windows that are over were looked at. */
    List<Integer> finish() throws InterruptedException {
        ending = true;
        join();
        return List.copyOf(seen);
    }

    /** Where the history of a window is. */
    Path file(int window) {
        return folder.resolve(String.format(Locale.ROOT, "history-%04d.jsonl", window));
    }

    /** What was found in all windows. */
    static final class Tally {
        private final Troubles troubles;
        private long operations;
        private int windows;
        private int linearizable;
        private int unknown;
        private int lost;
        private int doubled;
        private int phantoms;

        Tally(Troubles troubles) {
            this.troubles = troubles;
        }

        /** Looks at a complete history. */
        void add(History<KvInput, KvOutput> history, Path file) {
            windows++;
            Evidence evidence = Evidence.in(history);
            lost += evidence.lost().size();
            doubled += evidence.doubled().size();
            phantoms += evidence.phantoms().size();
            name("lost", evidence.lost(), file);
            name("doubled", evidence.doubled(), file);
            name("phantom", evidence.phantoms(), file);
            Verdict<KvInput, KvOutput> verdict = check(history, Budget.DEFAULT);
            if (verdict instanceof Verdict.Unknown) {
                verdict = check(history, LARGE);
            }
            if (verdict instanceof Verdict.Linearizable<KvInput, KvOutput> fine) {
                linearizable++;
                operations += fine.operations();
            } else {
                unknown += verdict instanceof Verdict.Unknown ? 1 : 0;
                troubles.add(file + ": " + verdict.message());
            }
        }

        private void name(String what, List<String> cases, Path file) {
            cases.stream()
                    .limit(NAMED_MAX)
                    .forEach(each -> troubles.add(what + " in " + file + ": " + each));
        }

        ChaosReport.Judgement judgement() {
            return new ChaosReport.Judgement(
                    windows, operations, linearizable, unknown, lost, doubled, phantoms);
        }
    }

    private static Verdict<KvInput, KvOutput> check(
            History<KvInput, KvOutput> history, Budget budget) {
        return Linearizability.check(new KvModel(), history, budget);
    }
}
