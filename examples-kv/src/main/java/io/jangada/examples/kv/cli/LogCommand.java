package io.jangada.examples.kv.cli;

import io.jangada.examples.kv.Json;
import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.LogReport;
import io.jangada.raft.spi.RecordFilter;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreTools;
import io.jangada.raft.spi.StoredRecord;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kv log}: what stands in a node's log, and whether it is sound. */
@Command(
        name = "log",
        header = "Prints a node's log, checks it, and says what is wrong with it.",
        customSynopsis = "kv log DATA [--from N] [--to N] [--group G] [--json]",
        usageHelpWidth = 100,
        description = {
            "",
            "One line for each record: where it stands, its number in the store, what it is, group,"
                    + " index@term. Damaged places are told in words, whatever the filter. Changes"
                    + " nothing; the node may run, then the end of its log may be in motion.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 the log is sound, 1 something is wrong with it, 2 wrong usage or no data"
                    + " folder.",
            "",
            "  kv log /data/n1 --from 100 --to 120"
        },
        sortOptions = false)
final class LogCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DATA", description = "A node's data folder.")
    private Path data = Path.of("");

    @Option(
            names = "--from",
            paramLabel = "N",
            defaultValue = "0",
            description = "Only what is about this index or a later one.")
    private long from;

    @Option(
            names = "--to",
            paramLabel = "N",
            description = "Only what is about this index or an earlier one.")
    private long to = Long.MAX_VALUE;

    @Option(names = "--group", paramLabel = "G", description = "Only what belongs to this group.")
    private @Nullable String group;

    @Option(
            names = "--json",
            description = "One JSON object a line; the last one is about the whole log.")
    private boolean json;

    private long problems;

    @Override
    public Integer call() {
        RecordFilter filter = filter();
        Logs.quietlyTo(System.err);
        PrintWriter out = spec.commandLine().getOut();
        LogReport report;
        try {
            report = StoreTools.load().records(data, filter, record -> print(out, record));
        } catch (StoreException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        print(out, report);
        out.flush();
        return problems == 0 && report.problems().isEmpty() ? 0 : 1;
    }

    private RecordFilter filter() {
        try {
            return new RecordFilter(from, to, Optional.ofNullable(group).map(GroupId::of));
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private void print(PrintWriter out, StoredRecord record) {
        problems += record.problem().isPresent() ? 1 : 0;
        out.println(json ? Json.object(fields(record)) : line(record));
    }

    private static String line(StoredRecord record) {
        StringBuilder line = new StringBuilder();
        line.append(
                "%08d:%-8d #%-8d %s"
                        .formatted(
                                record.segment(),
                                record.offset(),
                                record.sequence(),
                                record.kind()));
        record.group().ifPresent(name -> line.append(' ').append(name));
        if (record.index() > 0) {
            line.append(' ').append(record.index()).append('@').append(record.term());
        } else if (record.term() > 0) {
            line.append(" term ").append(record.term());
        }
        if (record.payloadBytes() > 0) {
            line.append(", ").append(record.payloadBytes()).append(" bytes");
        }
        if (!record.text().isEmpty()) {
            line.append(", ").append(record.text());
        }
        record.problem().ifPresent(problem -> line.append("  PROBLEM: ").append(problem));
        return line.toString();
    }

    private static Map<String, Object> fields(StoredRecord record) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("segment", record.segment());
        fields.put("file", record.file());
        fields.put("offset", record.offset());
        fields.put("bytes", record.bytes());
        fields.put("sequence", record.sequence());
        fields.put("kind", record.kind());
        record.group().ifPresent(name -> fields.put("group", name.value()));
        fields.put("index", record.index());
        fields.put("term", record.term());
        fields.put("clusterTimeMillis", record.clusterTimeMillis());
        fields.put("payloadBytes", record.payloadBytes());
        fields.put("text", record.text());
        record.problem().ifPresent(problem -> fields.put("problem", problem));
        return fields;
    }

    private void print(PrintWriter out, LogReport report) {
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("node", report.identity().node().value());
            fields.put("cluster", report.identity().clusterId());
            fields.put("store", report.identity().store().toString());
            fields.put("segments", report.segments());
            fields.put("records", report.records());
            fields.put("inUse", report.inUse());
            fields.put("sound", problems == 0 && report.problems().isEmpty());
            fields.put("problems", String.join("; ", report.problems()));
            out.println(Json.object(fields));
            return;
        }
        out.println(
                "node %s, cluster %s, store %s: %d segments, %d records%s"
                        .formatted(
                                report.identity().node(),
                                report.identity().clusterId(),
                                report.identity().store(),
                                report.segments(),
                                report.records(),
                                report.inUse() ? ", in use: its end may be in motion" : ""));
        report.problems().forEach(problem -> out.println("PROBLEM: " + problem));
        if (problems == 0 && report.problems().isEmpty()) {
            out.println("the log is sound");
        }
    }
}
