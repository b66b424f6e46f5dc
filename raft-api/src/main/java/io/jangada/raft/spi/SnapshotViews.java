package io.jangada.raft.spi;

/**
 * A state machine that can show its state at one moment cheaply, so that a snapshot does not stop
 * it from applying. One that is not is saved between two applies.
 */
public interface SnapshotViews {
    /**
     * The state of now. Called between two applies, and should take a few milliseconds at most.
     *
     * @return a view that later commands do not change
     */
    SnapshotView view();
}
