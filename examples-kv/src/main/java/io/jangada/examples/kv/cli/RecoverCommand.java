package io.jangada.examples.kv.cli;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.RecoveryPlan;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreSummary;
import io.jangada.raft.spi.StoreTools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kv recover}: the way out when a majority is lost for good. */
@Command(
        name = "recover",
        header = "Makes a cluster of the survivors after a majority was lost for good.",
        customSynopsis =
                "kv recover --data DIR --survivors ID[=HOST:PORT],... [--yes-i-may-lose-data]",
        usageHelpWidth = 100,
        description = {
            "",
            "Run it on every survivor, stopped, with the same list, before any of them is started"
                    + " again. It shows what this survivor has and what may be lost, and asks before"
                    + " it changes anything. The survivors become a cluster of a new name, so that"
                    + " lost nodes that turn up again are refused.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 not done and nothing is changed, 2 wrong usage.",
            "",
            "  kv recover --data /data/n1 --survivors n1"
        },
        sortOptions = false)
final class RecoverCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "The data folder of a survivor that does not run.")
    private Path data = Path.of("");

    @Option(
            names = "--survivors",
            required = true,
            split = ",",
            paramLabel = "ID[=HOST:PORT]",
            description =
                    "All nodes that still have their data folders; an address, if it changed.")
    private List<String> survivors = List.of();

    @Option(names = "--yes-i-may-lose-data", description = "Does it without asking, for scripts.")
    private boolean yes;

    @Override
    public Integer call() throws IOException {
        Logs.quietlyTo(System.err);
        StoreTools tools = StoreTools.load();
        PrintWriter out = spec.commandLine().getOut();
        try {
            StoreSummary summary = tools.describe(data);
            List<Member> members = members(summary);
            RecoveryPlan plan = tools.planRecovery(data, members);
            describe(out, summary, plan);
            if (!confirmed(out, summary)) {
                return failed("nothing is changed");
            }
            RecoveryPlan done = tools.recover(data, members);
            out.println(
                    "Done: this folder belongs to cluster %s now. Next:"
                            .formatted(done.clusterId()));
            out.println("  1. the same on every other survivor, with the same list;");
            out.println("  2. start them all;");
            out.println("  3. add new nodes, empty and under new ids, with --join and RAFT.ADD.");
            return 0;
        } catch (StoreException e) {
            return failed(String.valueOf(e.getMessage()));
        }
    }

    /** Survivors without an address have the one that stands in the log. */
    private List<Member> members(StoreSummary summary) {
        Map<NodeId, Member> known = new TreeMap<>();
        summary.groups()
                .forEach(
                        group ->
                                group.membership()
                                        .members()
                                        .forEach(member -> known.put(member.id(), member)));
        List<Member> members = new ArrayList<>();
        for (String text : survivors) {
            try {
                if (text.contains("=")) {
                    members.add(Member.parse(text.strip()));
                    continue;
                }
                Member member = known.get(NodeId.of(text.strip()));
                if (member == null) {
                    throw new UsageException(
                            "--survivors: '%s' is no member of this cluster, whose members are %s"
                                    .formatted(text, known.keySet()));
                }
                members.add(member);
            } catch (IllegalArgumentException e) {
                throw new UsageException("--survivors: " + e.getMessage());
            }
        }
        return members;
    }

    private static void describe(PrintWriter out, StoreSummary summary, RecoveryPlan plan) {
        out.println(
                "Node %s of cluster %s has:"
                        .formatted(summary.identity().node(), summary.identity().clusterId()));
        for (StoreSummary.Group group : summary.groups()) {
            out.println(
                    "  group %s: term %d, log %d to %d (last term %d), known to be committed up to"
                                    .formatted(
                                            group.group(),
                                            group.hardState().currentTerm(),
                                            group.firstIndex(),
                                            group.lastIndex(),
                                            group.lastTerm())
                            + " "
                            + group.committedAtLeast());
            out.println(
                    "    "
                            + group.snapshot()
                                    .map(
                                            s ->
                                                    "snapshot of index %d, %d bytes"
                                                            .formatted(s.meta().index(), s.bytes()))
                                    .orElse("no snapshot"));
            out.println("    members: " + group.membership());
            group.problem().ifPresent(problem -> out.println("    PROBLEM: " + problem));
        }
        out.println("What will be done:");
        out.println("  the cluster's id becomes " + plan.clusterId());
        plan.groups()
                .forEach(
                        group ->
                                out.println(
                                        "  group %s: %s".formatted(group.group(), group.text())));
        out.println("What may be lost:");
        out.println(
                "  every write that only lost nodes had, acknowledged ones among them. Compare");
        out.println(
                "  last term and last index of the survivors: the highest has the most. Writes");
        out.println("  above what is known to be committed may come to be applied now.");
    }

    private boolean confirmed(PrintWriter out, StoreSummary summary) throws IOException {
        if (yes) {
            return true;
        }
        if (!Tty.isInteractive()) {
            throw new UsageException(
                    "there is no terminal to ask at: add --yes-i-may-lose-data to do it all the same");
        }
        String words = "recover " + summary.identity().node();
        out.print("To do it, type '" + words + "': ");
        out.flush();
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        String line = in.readLine();
        return line != null && line.strip().equals(words);
    }

    private int failed(String why) {
        spec.commandLine().getOut().flush();
        spec.commandLine()
                .getErr()
                .println("kv recover: " + why.lines().collect(Collectors.joining(" ")));
        return 1;
    }
}
