package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Completion;

/**
 * A kind of operation.
 *
 * @param writes whether each of them is a write, so that what succeeded must be applied in the end
 * @param start starts one
 */
record Operation(boolean writes, Start start) {
    /** Starts one operation. */
    @FunctionalInterface
    interface Start {
        /**
         * Starts it.
         *
         * @param sequence the number of the operation within its load, from 0; several threads may
         *     be at it at once, each with numbers of its own
         * @param done to be called once
         */
        void start(long sequence, Completion done);
    }
}
