package io.jangada.raft.impl.core;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Ready.Outbound;
import io.jangada.raft.impl.core.Ready.ReadGrant;
import io.jangada.raft.impl.core.Ready.Refused;
import java.util.ArrayList;
import java.util.List;

/** What the inputs since the last {@link Ready} decided. */
final class Effects {
    private List<Outbound> messages = new ArrayList<>();
    private List<ReadGrant> grants = new ArrayList<>();
    private List<Refused> refusals = new ArrayList<>();

    void send(NodeId to, Message message, long afterWrite) {
        messages.add(new Outbound(to, message, afterWrite));
    }

    void grant(ReadGrant grant) {
        grants.add(grant);
    }

    void refuse(long requestId, Refusal reason, boolean here) {
        refusals.add(new Refused(requestId, reason, here));
    }

    Ready take(RaftLog.Write write, long applyTo) {
        Ready ready =
                new Ready(
                        write.sequence(),
                        write.hardState(),
                        write.entries(),
                        messages,
                        applyTo,
                        grants,
                        refusals);
        messages = new ArrayList<>();
        grants = new ArrayList<>();
        refusals = new ArrayList<>();
        return ready;
    }
}
