package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.impl.core.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Wishes to move leadership (thesis §3.10) that wait until the target is seen to lead. On the loop.
 */
final class Transfers {
    private record Pending(
            NodeId target, CompletableFuture<@Nullable Void> done, long deadlineNanos) {}

    private final GroupCore<?, ?, ?> group;
    private final List<Pending> pending = new ArrayList<>();
    private @Nullable RejectedException closed;

    Transfers(GroupCore<?, ?, ?> group) {
        this.group = group;
    }

    void submit(
            NodeId target,
            CompletableFuture<@Nullable Void> done,
            long nowNanos,
            long deadlineNanos) {
        if (closed != null) {
            done.completeExceptionally(closed);
            return;
        }
        pending.add(new Pending(target, done, deadlineNanos));
        group.step(new Input.TransferLeadership(nowNanos, target));
    }

    /** Another leader may not have heard of them. */
    void retry(long nowNanos) {
        for (Pending each : pending) {
            group.step(new Input.TransferLeadership(nowNanos, each.target()));
        }
    }

    void onStatus(CoreStatus now) {
        pending.removeIf(each -> endIfDone(each, now.leader()));
    }

    private static boolean endIfDone(Pending each, @Nullable NodeId leader) {
        boolean moved = each.target().equals(leader);
        if (moved) {
            each.done().complete(null);
        }
        return moved;
    }

    void expire(long nowNanos) {
        pending.removeIf(each -> endIfLate(each, nowNanos));
    }

    private boolean endIfLate(Pending each, long nowNanos) {
        boolean late = nowNanos >= each.deadlineNanos();
        if (late) {
            each.done()
                    .completeExceptionally(
                            new RejectedException.NoLeader(
                                    "leadership did not move to " + each.target() + " in time",
                                    group.status().leader()));
        }
        return late;
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    void close(RejectedException reason) {
        closed = reason;
        pending.forEach(each -> each.done().completeExceptionally(reason));
        pending.clear();
    }
}
