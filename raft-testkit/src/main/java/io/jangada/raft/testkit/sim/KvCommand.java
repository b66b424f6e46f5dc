package io.jangada.raft.testkit.sim;

import io.jangada.raft.testkit.check.KvInput;
import java.util.Objects;

/**
 * What a client wants to have applied to a {@link KvMachine}.
 *
 * @param id names this wish among all of a run; repeated attempts bear the same one
 * @param input what to do
 */
public record KvCommand(long id, KvInput input) {
    /** Checks that nothing is missing. */
    public KvCommand {
        Objects.requireNonNull(input, "input");
    }
}
