package io.jangada.raft.testkit.sim;

import java.util.concurrent.TimeUnit;

/**
 * Z43: a session that is used does not expire, whoever leads. Clocks may be a third too fast, and
 * the shortest time limit that any node of a swarm has is a second.
 */
final class UsedSessionsLast extends Invariant {
    private static final long LASTS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    UsedSessionsLast(Invariants all) {
        super(all, "Z43 used sessions last");
    }

    @Override
    void onExpired(long session, long idleNanos) {
        check(
                idleNanos >= LASTS_NANOS,
                "session %d has expired, %.3f ms after a write in it began that was acknowledged",
                session,
                idleNanos / 1e6);
    }
}
