package io.jangada.raft.impl.runtime;

import io.jangada.raft.impl.runtime.Environment.Worker;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** A worker that many parties share; each works when it has called, one at a time. */
final class Crew {
    /** One party's work. */
    static final class Member {
        private final Crew crew;
        private final Runnable work;
        private final AtomicBoolean called = new AtomicBoolean();

        private Member(Crew crew, Runnable work) {
            this.crew = crew;
            this.work = work;
        }

        /** Makes the work run once more, beginning after this call. Any thread. */
        void call() {
            if (called.compareAndSet(false, true)) {
                crew.calls.add(this);
                crew.wake();
            }
        }
    }

    private final Queue<Member> calls = new ConcurrentLinkedQueue<>();
    private final Worker worker;
    private volatile boolean ended;

    Crew(Environment environment, String name) {
        this.worker = environment.worker(name, this::round);
    }

    Member join(Runnable work) {
        return new Member(this, work);
    }

    /** Ends the crew; what was called for before, or is later, runs on the caller's thread. */
    void close() {
        worker.close();
        ended = true;
        runLeftovers();
    }

    private void wake() {
        worker.wake();
        if (ended) {
            runLeftovers();
        }
    }

    private synchronized void runLeftovers() {
        round();
    }

    private void round() {
        for (Member member = calls.poll(); member != null; member = calls.poll()) {
            member.called.set(false);
            member.work.run();
        }
    }
}
