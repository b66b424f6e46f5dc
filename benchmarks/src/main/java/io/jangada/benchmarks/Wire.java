package io.jangada.benchmarks;

import io.jangada.benchmarks.wire.RedisBenchmark;
import io.jangada.benchmarks.wire.WireContender;
import io.jangada.benchmarks.wire.WireContenders;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line for servers over the wire. */
@Command(
        name = "bench wire",
        mixinStandardHelpOptions = true,
        description = {
            "Measures servers over the wire, on this machine, in turn: the key-value",
            "server, etcd and Redis, as processes that are started for one measurement.",
            "The table shows medians of all rounds, the CPU time of the servers and of",
            "the client for 100,000 operations, and the rate as a multiple of etcd's."
        },
        sortOptions = false,
        usageHelpAutoWidth = true)
public final class Wire implements Callable<Integer> {
    /** Names the script that starts the key-value server. */
    private static final String LAUNCHER = "bench.kv";

    /** Three JVMs compile on what processors there are, beside the load. */
    private static final double WARMUP_SECONDS = 30;

    private final Map<String, WireContender> all;

    @Mixin private RunOptions options = new RunOptions(WARMUP_SECONDS);

    @Option(
            names = "--contenders",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Which, separated by commas; NAME* stands for all that begin so; all"
                            + " unless given. There are: ${COMPLETION-CANDIDATES}.",
            completionCandidates = ContenderNames.class)
    private List<String> contenders = List.of("*");

    @Option(
            names = "--workloads",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Which, likewise. There are: ${COMPLETION-CANDIDATES}."
                            + " Those of redis-benchmark ask whoever speaks RESP.",
            completionCandidates = WorkloadNames.class)
    private List<String> workloads = List.of("*");

    private Wire(List<String> kvLauncher) {
        all = WireContenders.all(kvLauncher);
    }

    /** Names for the help text. */
    static final class ContenderNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return WireContenders.all(List.of()).keySet().iterator();
        }
    }

    /** Names for the help text. */
    static final class WorkloadNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return WireWorkload.keys().iterator();
        }
    }

    /**
     * Ends the process: 0 when all that is installed was measured, 1 when something failed, 2 when
     * an option is wrong.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        String launcher = System.getProperty(LAUNCHER);
        System.exit(commandLine(launcher == null ? List.of() : List.of(launcher)).execute(args));
    }

    /** With what starts {@code kv}. */
    static CommandLine commandLine(List<String> kvLauncher) {
        return RunOptions.commandLine(new Wire(kvLauncher), "bench");
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        options.check();
        List<String> chosen = options.chosen("contender", contenders, all.keySet());
        List<WireWorkload> loads =
                options.chosen("workload", workloads, WireWorkload.keys()).stream()
                        .map(WireWorkload::of)
                        .toList();
        List<WireMeasurement> round = round(installed(chosen), possible(loads));
        if (round.isEmpty()) {
            throw options.problem("none of these can be measured here");
        }
        Results results = options.measure(round);
        return options.show(
                new WireTable(results, chosen).text(loads), results, new Json(settings()));
    }

    /** Says what is missing, and goes on with the rest. */
    private List<WireContender> installed(List<String> names) {
        List<WireContender> installed = new ArrayList<>();
        for (String name : names) {
            WireContender contender = all.get(name);
            if (contender != null && isHere(name, contender.missing())) {
                installed.add(contender);
            }
        }
        return installed;
    }

    private List<WireWorkload> possible(List<WireWorkload> loads) {
        boolean wanted = loads.stream().anyMatch(WireWorkload::byRedisBenchmark);
        if (!wanted || isHere("redis-benchmark-*", RedisBenchmark.missing())) {
            return loads;
        }
        return loads.stream().filter(load -> !load.byRedisBenchmark()).toList();
    }

    private boolean isHere(String name, Optional<String> missing) {
        missing.ifPresent(what -> options.progress("bench: " + name + " is left out: " + what));
        return missing.isEmpty();
    }

    /** Contenders take turns within a workload. */
    private List<WireMeasurement> round(List<WireContender> measured, List<WireWorkload> loads) {
        List<WireMeasurement> round = new ArrayList<>();
        for (WireWorkload load : loads) {
            for (WireContender contender : measured) {
                if (contender.speaksResp() || !load.byRedisBenchmark()) {
                    round.add(new WireMeasurement(contender, load, options));
                }
            }
        }
        return round;
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("seconds", Json.number(options.seconds()));
        settings.put("warmup", Json.number(options.warmup()));
        WireContenders.versions()
                .forEach((program, version) -> settings.put(program, Json.string(version)));
        return settings;
    }
}
