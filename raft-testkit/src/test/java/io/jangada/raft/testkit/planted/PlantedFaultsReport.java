package io.jangada.raft.testkit.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@link PlantedFaults} for Maven: {@code -Dplanted.seeds}, {@code -Dplanted.cores}, {@code
 * -Dplanted.minutes} and {@code -Dplanted.only} are its options. Writes the page of all faults, and
 * no page of some.
 */
@Tag("soak")
class PlantedFaultsReport {
    @Test
    void everyFaultIsCaught() throws Exception {
        String only = System.getProperty("planted.only", "");
        int processors = Runtime.getRuntime().availableProcessors();
        PlantedFaults.Options options =
                PlantedFaults.Options.of(
                        "--seeds", System.getProperty("planted.seeds", "2000"),
                        "--cores", System.getProperty("planted.cores", "" + processors),
                        "--minutes", System.getProperty("planted.minutes", "120"),
                        "--only", only,
                        "--report", only.isEmpty() ? "docs/planted-faults.md" : "");
        Map<PlantedFault, Outcome> outcomes = PlantedFaults.run(options);
        List<String> notCaught =
                outcomes.entrySet().stream()
                        .filter(each -> !each.getValue().isCaughtBySwarm())
                        .filter(each -> !each.getValue().isCaughtByTest())
                        .filter(each -> !each.getKey().swarm() || each.getKey().reason().isEmpty())
                        .map(each -> each.getKey().name())
                        .toList();
        assertEquals(
                List.of(),
                notCaught,
                "nobody caught these, and no reason is given why the swarm cannot");
    }
}
