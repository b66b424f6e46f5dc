package io.jangada.examples.kv.cli;

import io.jangada.examples.kv.Json;
import io.jangada.raft.testkit.check.Budget;
import io.jangada.raft.testkit.check.History;
import io.jangada.raft.testkit.check.HistoryFormatException;
import io.jangada.raft.testkit.check.KvCheck;
import io.jangada.raft.testkit.check.KvHistoryFile;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import io.jangada.raft.testkit.check.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code kv check}: whether what clients saw is what a single copy of the store could have said.
 */
@Command(
        name = "check",
        header = "Checks what clients saw for linearizability.",
        customSynopsis = "kv check FILE [--html OUT] [--json] [--budget N]",
        usageHelpWidth = 100,
        description = {
            "",
            "FILE is a history: JSON Lines, one event a line, as kv chaos writes it. Attempts of one"
                    + " write (\"s\":\"SESSION:SEQUENCE\") must take effect once. Stale reads are left"
                    + " out, and must not go backwards within a session.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 linearizable, 1 not linearizable, 3 not settled within the budget, 2 wrong"
                    + " usage or a bad file.",
            "",
            "  kv check history.jsonl --html history.html"
        },
        sortOptions = false)
final class CheckCommand implements Callable<Integer> {
    private static final int WRONG = 1;
    private static final int UNKNOWN = 3;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "A history.")
    private Path file = Path.of("");

    @Option(
            names = "--html",
            paramLabel = "OUT",
            description = "Draws the history, and the conflict if there is one, into this file.")
    private @Nullable Path html;

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    @Option(
            names = "--budget",
            paramLabel = "N",
            defaultValue = "1",
            description = "Up to N times the usual work and memory, from 0.001 to 100; default 1.")
    private double budget;

    @Override
    public Integer call() {
        if (!(budget >= 0.001 && budget <= 100)) {
            throw new UsageException("--budget " + budget + " is not from 0.001 to 100");
        }
        KvCheck.Result result = KvCheck.check(read(), budget());
        if (html != null) {
            write(html, result.timeline(String.valueOf(file.getFileName())));
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? Json.object(fields(result)) : result.message());
        out.flush();
        return result.isFine() ? 0 : result.isWrong() ? WRONG : UNKNOWN;
    }

    private Budget budget() {
        Budget usual = Budget.DEFAULT;
        return new Budget(
                (long) (usual.stepsMax() * budget),
                (int) (usual.configurationsMax() * budget),
                Runtime.getRuntime().availableProcessors());
    }

    private History<KvInput, KvOutput> read() {
        if (!Files.isRegularFile(file)) {
            throw new UsageException("there is no file '" + file + "'");
        }
        try {
            return KvHistoryFile.read(file);
        } catch (HistoryFormatException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UsageException("cannot read '" + file + "': " + e.getMessage());
        }
    }

    private static void write(Path target, String page) {
        try {
            Files.writeString(target, page);
        } catch (IOException e) {
            throw new UsageException("--html: cannot write '" + target + "': " + e);
        }
    }

    private Map<String, Object> fields(KvCheck.Result result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("file", file.toString());
        fields.put(
                "verdict",
                result.isFine()
                        ? "linearizable"
                        : result.isWrong() ? "not linearizable" : "unknown");
        fields.put("operations", result.history().operations().size());
        Verdict<?, KvOutput> verdict = result.verdict();
        if (verdict instanceof Verdict.NotLinearizable<?, KvOutput> no) {
            fields.put("partition", no.partition());
            fields.put("culprit", no.culprit().toString());
            fields.put("culpritCall", no.culprit().call());
            fields.put("prefix", no.prefix().size());
            fields.put("pending", no.pending().size());
        } else if (verdict instanceof Verdict.Unknown<?, KvOutput> unknown) {
            fields.put("partition", unknown.partition());
            fields.put("why", unknown.why());
        }
        result.explanation().ifPresent(text -> fields.put("explanation", text));
        fields.put("staleReadAnomalies", result.anomalies().size());
        fields.put("message", result.message());
        return fields;
    }
}
