package io.jangada.raft.spi;

/**
 * Says of a {@link StateMachine} that its queries may run on any thread while commands are applied,
 * and see every command whose {@code apply} has returned. Such queries run without waiting for the
 * applier, on the thread of the caller where the read needs no round trip. A query may still run
 * when {@link StateMachine#load} begins, and must then see the old state or the new one, whole:
 * load into something new and put it in place at the end.
 */
public interface ConcurrentReads {}
