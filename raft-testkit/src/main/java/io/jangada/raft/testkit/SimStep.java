package io.jangada.raft.testkit;

import java.time.Duration;

/**
 * One step of a schedule for {@link RaftSim#run}. Any list of steps is a schedule: a step that has
 * nothing to do, such as the crash of a node that is down, does nothing, so that a schedule stays
 * one when steps are left out. Nodes are named by their numbers, from 1; a number that is too large
 * goes round.
 *
 * @param <C> commands
 */
public sealed interface SimStep<C> {

    /**
     * A command is proposed.
     *
     * @param node to which node; nothing happens if it is down
     * @param command the command
     * @param <C> commands
     */
    record Write<C>(int node, C command) implements SimStep<C> {
        @Override
        public String toString() {
            return "write on " + node + ": " + command;
        }
    }

    /**
     * A node loses its power.
     *
     * @param node which one
     * @param <C> commands
     */
    record Crash<C>(int node) implements SimStep<C> {
        @Override
        public String toString() {
            return "crash " + node;
        }
    }

    /**
     * A node is started; if it runs, it crashes first.
     *
     * @param node which one
     * @param <C> commands
     */
    record Restart<C>(int node) implements SimStep<C> {
        @Override
        public String toString() {
            return "restart " + node;
        }
    }

    /**
     * A node is cut off from all others.
     *
     * @param node which one
     * @param <C> commands
     */
    record Cut<C>(int node) implements SimStep<C> {
        @Override
        public String toString() {
            return "cut off " + node;
        }
    }

    /**
     * All that was cut is mended.
     *
     * @param <C> commands
     */
    record Heal<C>() implements SimStep<C> {
        @Override
        public String toString() {
            return "heal";
        }
    }

    /**
     * A node takes a snapshot.
     *
     * @param node which one; nothing happens if it is down
     * @param <C> commands
     */
    record Snapshot<C>(int node) implements SimStep<C> {
        @Override
        public String toString() {
            return "snapshot on " + node;
        }
    }

    /**
     * Leadership is handed over.
     *
     * @param to to which node
     * @param <C> commands
     */
    record Transfer<C>(int to) implements SimStep<C> {
        @Override
        public String toString() {
            return "transfer to " + to;
        }
    }

    /**
     * Time passes. After each other step some passes too: 20 milliseconds.
     *
     * @param time how much
     * @param <C> commands
     */
    record Wait<C>(Duration time) implements SimStep<C> {
        @Override
        public String toString() {
            return "wait " + time.toMillis() + " ms";
        }
    }
}
