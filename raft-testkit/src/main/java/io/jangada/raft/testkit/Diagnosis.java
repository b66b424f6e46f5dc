package io.jangada.raft.testkit;

import io.jangada.raft.spi.BatchStateMachine;
import io.jangada.raft.spi.StateMachine;
import io.jangada.raft.testkit.Experiments.Divergence;
import io.jangada.raft.testkit.Finding.Side;
import io.jangada.raft.testkit.MachineWatch.Logged;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out more about what was found, and says it: what, where, how to see it, and why. */
final class Diagnosis<S extends StateMachine<C, R>, C, R> {
    private final MachineKit<S, C, R> kit;
    private final Finding finding;
    private final int commandNumber;
    private final @Nullable Divergence divergence;

    /**
     * Experiments with what was applied.
     *
     * @param kit the machine
     * @param finding what was found
     * @param log all commands that were applied
     */
    Diagnosis(MachineKit<S, C, R> kit, Finding finding, List<Logged> log) {
        this.kit = kit;
        this.finding = finding;
        List<Logged> commands =
                log.stream().filter(each -> each.at().index() <= finding.index()).toList();
        this.commandNumber = commands.size();
        Experiments<S, C, R> experiments = new Experiments<>(kit);
        Divergence found =
                finding.kind().isOfReplay()
                        ? experiments.search(commands, finding.loadedAt())
                        : null;
        this.divergence = found == null ? null : experiments.shrink(found);
    }

    /** Several lines, without the last line's end. */
    String message() {
        StringBuilder text = new StringBuilder();
        text.append(kit.name()).append(' ').append(finding.kind().text()).append('\n');
        text.append("  at index ").append(finding.index());
        text.append(", after ").append(commandNumber);
        text.append(commandNumber == 1 ? " command" : " commands");
        if (!finding.command().isEmpty()) {
            text.append(", the last one ").append(Difference.shortened(finding.command()));
        }
        text.append('\n');
        side(text, finding.one());
        side(text, finding.other());
        if (!finding.differences().isEmpty()) {
            text.append("  What differs:\n");
            finding.differences().forEach(each -> text.append("    ").append(each).append('\n'));
        }
        if (finding.kind().isOfReplay()) {
            experiment(text);
        }
        return text.append("  Usual cause: ").append(cause()).toString();
    }

    private String cause() {
        boolean agree = finding.kind().isOfReplay() && divergence == null;
        return agree && kit.factory().get() instanceof BatchStateMachine
                ? "applyAll() lets it show where a batch begins or ends, which differs from node to"
                        + " node: it must do what apply() does for each command."
                : Causes.of(finding, divergence);
    }

    private static void side(StringBuilder text, Side side) {
        if (!side.who().isEmpty()) {
            text.append("    ").append(side.value().isEmpty() ? side.who() : side).append('\n');
        }
    }

    private void experiment(StringBuilder text) {
        if (divergence == null) {
            text.append("  Machines without a cluster, given the same commands, agree.\n");
            return;
        }
        int saved = divergence.savedAfter();
        text.append(
                saved == Experiments.NEVER
                        ? "  Two new machines differ after the same commands, without any cluster:\n"
                        : "  A machine that is saved and loaded into a new one differs from one that is"
                                + " not, without any cluster:\n");
        int number = 0;
        if (saved == 0) {
            text.append("    (saved, and loaded into a new one)\n");
        }
        for (Logged each : divergence.commands()) {
            text.append("    ").append(kit.command(each.command())).append('\n');
            number++;
            if (number == saved) {
                text.append("    (saved, and loaded into a new one)\n");
            }
        }
        if (divergence.reply() != null) {
            text.append("      ").append(divergence.reply()).append('\n');
        }
        divergence.state().forEach(each -> text.append("      ").append(each).append('\n'));
    }
}
