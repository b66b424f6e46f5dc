package io.jangada.raft.testkit.planted;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The table of planted faults, in Markdown. */
final class Report {
    /** Rules by their numbers, and faults of one rule by name. */
    static final Comparator<PlantedFault> ORDER =
            Comparator.comparingInt(Report::number).thenComparing(PlantedFault::name);

    static final String COMMAND =
            "nice -n 19 mvn -q test -Psoak -pl raft-testkit -am -Dtest=PlantedFaultsReport"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dplanted.seeds=1000";

    private Report() {}

    private static int number(PlantedFault fault) {
        return Integer.parseInt(fault.rule().replaceAll("[^0-9]", ""));
    }

    static String of(long seeds, Map<PlantedFault, Outcome> outcomes) {
        StringBuilder text = new StringBuilder();
        text.append("# Planted faults\n\n").append(introduction(seeds, outcomes));
        List<Map.Entry<PlantedFault, Outcome>> all =
                outcomes.entrySet().stream().sorted(Map.Entry.comparingByKey(ORDER)).toList();
        text.append("\n## Caught by the swarm\n\n");
        text.append("| rule | fault | caught by | seed | simulated seconds |\n");
        text.append("| --- | --- | --- | ---: | ---: |\n");
        for (Map.Entry<PlantedFault, Outcome> each : all) {
            if (each.getValue().isCaughtBySwarm()) {
                text.append(caught(each.getKey(), each.getValue()));
            }
        }
        text.append("\n## Caught by named tests\n\n");
        text.append("| rule | fault | caught by | seeds without a finding | why not the swarm |\n");
        text.append("| --- | --- | --- | ---: | --- |\n");
        for (Map.Entry<PlantedFault, Outcome> each : all) {
            if (!each.getValue().isCaughtBySwarm() && each.getValue().isCaughtByTest()) {
                text.append(told(each.getKey(), each.getValue()));
            }
        }
        text.append("\n## Not caught\n\n");
        text.append(notCaught(seeds, all));
        List<String> open =
                all.stream()
                        .filter(each -> isOpen(seeds, each.getKey(), each.getValue()))
                        .map(each -> "`" + each.getKey().name() + "`")
                        .toList();
        if (!open.isEmpty()) {
            text.append("\n## Not hunted yet in this build\n\n");
            text.append(String.join(",\n", open)).append(".\n");
        }
        return text.toString();
    }

    private static boolean isCaught(Outcome outcome) {
        return outcome.isCaughtBySwarm() || outcome.isCaughtByTest();
    }

    /** Not all has been tried. */
    private static boolean isOpen(long seeds, PlantedFault fault, Outcome outcome) {
        boolean moreSeeds = fault.swarm() && outcome.seeds() < seeds;
        boolean moreTests = !fault.tests().isEmpty() && !outcome.tested();
        return !isCaught(outcome) && (moreSeeds || moreTests);
    }

    private static String introduction(long seeds, Map<PlantedFault, Outcome> outcomes) {
        long swarm = outcomes.values().stream().filter(Outcome::isCaughtBySwarm).count();
        long tests =
                outcomes.values().stream()
                        .filter(each -> !each.isCaughtBySwarm() && each.isCaughtByTest())
                        .count();
        TreeSet<Integer> rules = new TreeSet<>();
        outcomes.keySet().forEach(fault -> rules.add(number(fault)));
        return String.format(
                """
                The measure of the simulator and of the tests: a rule whose removal nobody notices is
                not tested. Each row is a patch under `raft-testkit/src/test/resources/planted`, named
                in the second column, that breaks one rule in a build of its own; then the swarm runs
                seed after seed until one fails, up to %d. This page is made by

                ```
                %s
                ```

                which keeps what it has found under `raft-testkit/target/planted-faults` and goes on
                from there as long as no class has changed; `-Dplanted.cores=N` hunts so many faults
                at a time, `-Dplanted.only=z13,z5-` those whose names begin so. How it works, and what
                runs in every build, stands in [testing.md](testing.md).

                Planted: %d faults against %d rules. The swarm caught %d of them, named tests %d, nobody %d.
                Without a patch the same seeds end well: that is `SwarmTest`.
                """,
                seeds,
                COMMAND,
                outcomes.size(),
                rules.size(),
                swarm,
                tests,
                outcomes.size() - swarm - tests);
    }

    private static String caught(PlantedFault fault, Outcome outcome) {
        return String.format(
                "| %s | `%s`: %s | %s | %d | %.0f |%n",
                fault.rule(),
                fault.name(),
                cell(fault.fault()),
                cell(outcome.invariant()),
                outcome.seeds(),
                outcome.seconds());
    }

    private static String told(PlantedFault fault, Outcome outcome) {
        return String.format(
                "| %s | `%s`: %s | %s | %s | %s |%n",
                fault.rule(),
                fault.name(),
                cell(fault.fault()),
                cell(outcome.test()),
                fault.swarm() ? "" + outcome.seeds() : "not tried",
                cell(fault.reason()));
    }

    private static String notCaught(long seeds, List<Map.Entry<PlantedFault, Outcome>> all) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<PlantedFault, Outcome> each : all) {
            if (!isCaught(each.getValue()) && !isOpen(seeds, each.getKey(), each.getValue())) {
                text.append(
                        String.format(
                                "- %s, `%s`: %s Not up to seed %d. %s%n",
                                each.getKey().rule(),
                                each.getKey().name(),
                                each.getKey().fault(),
                                each.getValue().seeds(),
                                each.getKey().reason()));
            }
        }
        return text.isEmpty() ? "None.\n" : text.toString();
    }

    private static String cell(String text) {
        String oneLine = text.replace("|", "\\|").replace('\n', ' ');
        return oneLine.length() > 300 ? oneLine.substring(0, 297) + "..." : oneLine;
    }
}
