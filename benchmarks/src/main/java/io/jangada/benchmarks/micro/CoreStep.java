package io.jangada.benchmarks.micro;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Input;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.RaftCore;
import io.jangada.raft.impl.core.Ready;
import io.jangada.raft.impl.memory.MemoryLogStore;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.HardState;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One input into the core of a follower and one {@link Ready} out, again and again the same. */
@State(Scope.Thread)
public class CoreStep {
    private static final int ENTRIES = 32;
    private static final long TERM = 1;

    private final Message heartbeat = new Message.Heartbeat(TERM, 1, 0);
    private final Message append = Micro.appendEntries(TERM, 1, ENTRIES);
    private final GroupLog log =
            new MemoryLogStore(Micro.IDENTITY, 1 << 20, Runnable::run)
                    .open(Micro.GROUP, Micro.onPersisted(sequence -> {}));
    private final RaftCore core =
            new RaftCore(
                    Micro.SELF,
                    RaftConfig.defaults(),
                    log,
                    HardState.INITIAL,
                    null,
                    false,
                    0,
                    0,
                    1,
                    0);
    private long now;

    /** A state without a core that has heard anything. */
    public CoreStep() {}

    /** Founds the group and gives it the entries. */
    @Setup
    public void setUp() {
        Membership three =
                Membership.ofVoters(
                        List.of(
                                Member.parse("n1=h1:1"),
                                Member.parse("n2=h2:2"),
                                Member.parse("n3=h3:3")));
        take(new Input.Found(++now, three));
        take(new Input.Received(++now, Micro.LEADER, append));
    }

    private void take(Input input) {
        core.step(input);
        Ready ready = core.ready();
        if (ready.writeSequence() != 0) {
            log.append(ready.writeSequence(), ready.hardState(), ready.entries());
            core.step(new Input.Persisted(++now, ready.writeSequence()));
            core.ready();
        }
    }

    /**
     * A heartbeat, answered.
     *
     * @return what the core wants done
     */
    @Benchmark
    public Ready heartbeat() {
        core.step(new Input.Received(++now, Micro.LEADER, heartbeat));
        return core.ready();
    }

    /**
     * 32 entries that are there already, compared and acknowledged.
     *
     * @return what the core wants done
     */
    @Benchmark
    public Ready repeatedEntries() {
        core.step(new Input.Received(++now, Micro.LEADER, append));
        return core.ready();
    }
}
