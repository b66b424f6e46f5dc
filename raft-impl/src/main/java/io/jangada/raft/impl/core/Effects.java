package io.jangada.raft.impl.core;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Ready.ChangeOutcome;
import io.jangada.raft.impl.core.Ready.Fetch;
import io.jangada.raft.impl.core.Ready.Outbound;
import io.jangada.raft.impl.core.Ready.ReadGrant;
import io.jangada.raft.impl.core.Ready.Refused;
import io.jangada.raft.spi.SnapshotInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the inputs since the last {@link Ready} decided. */
final class Effects {
    private List<Outbound> messages = new ArrayList<>();
    private List<ReadGrant> grants = new ArrayList<>();
    private List<Refused> refusals = new ArrayList<>();
    private List<ChangeOutcome> changes = new ArrayList<>();
    private @Nullable SnapshotInfo load;
    private @Nullable Fetch fetch;
    private boolean rebuilt;

    void send(NodeId to, Message message, long afterWrite) {
        messages.add(new Outbound(to, message, afterWrite));
    }

    void grant(ReadGrant grant) {
        grants.add(grant);
    }

    void refuse(long requestId, Refusal reason, boolean here) {
        refusals.add(new Refused(requestId, reason, here));
    }

    void load(SnapshotInfo snapshot) {
        load = snapshot;
    }

    void fetch(Fetch next) {
        fetch = next;
    }

    void changed(long requestId, @Nullable String refusal) {
        changes.add(new ChangeOutcome(requestId, refusal));
    }

    void rebuilt() {
        rebuilt = true;
    }

    Ready take(RaftLog.Write write, long applyTo) {
        Ready ready =
                new Ready(
                        write.reset(),
                        write.sequence(),
                        write.hardState(),
                        write.entries(),
                        messages,
                        load,
                        applyTo,
                        grants,
                        refusals,
                        fetch,
                        changes,
                        rebuilt);
        messages = new ArrayList<>();
        grants = new ArrayList<>();
        refusals = new ArrayList<>();
        changes = new ArrayList<>();
        load = null;
        fetch = null;
        rebuilt = false;
        return ready;
    }
}
