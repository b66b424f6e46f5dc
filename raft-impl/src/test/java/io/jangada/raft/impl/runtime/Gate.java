package io.jangada.raft.impl.runtime;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Something that holds up whoever passes while it is shut. */
final class Gate {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean shut;
    private int waiting;

    void shut() {
        set(true);
    }

    void open() {
        set(false);
    }

    private void set(boolean value) {
        lock.lock();
        try {
            shut = value;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void pass() {
        lock.lock();
        try {
            waiting++;
            while (shut) {
                changed.awaitUninterruptibly();
            }
            waiting--;
        } finally {
            lock.unlock();
        }
    }

    void awaitSomebodyWaiting() {
        Await.until("somebody waits at the gate", this::isHolding);
    }

    private boolean isHolding() {
        lock.lock();
        try {
            return shut && waiting > 0;
        } finally {
            lock.unlock();
        }
    }
}
