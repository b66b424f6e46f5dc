/**
 * A linearizability checker: was there one order of all operations, each somewhere between its call
 * and its answer, in which every answer is the one that a single copy of the service would have
 * given?
 *
 * <p>The story in four steps. Clients note what they do in a {@link
 * io.jangada.raft.testkit.check.HistoryRecorder}, which yields a {@link
 * io.jangada.raft.testkit.check.History} of {@link io.jangada.raft.testkit.check.Operation}s. A
 * {@link io.jangada.raft.testkit.check.Model} says what the service does when it runs one operation
 * at a time. {@link io.jangada.raft.testkit.check.Linearizability#check Linearizability.check}
 * searches for the order and answers with a {@link io.jangada.raft.testkit.check.Verdict}: found,
 * impossible (and where), or unknown because the {@link io.jangada.raft.testkit.check.Budget} ran
 * out. {@link io.jangada.raft.testkit.check.Timeline} draws the history and the conflict.
 *
 * <p>There are models of a {@linkplain io.jangada.raft.testkit.check.RegisterModel register}, a
 * {@linkplain io.jangada.raft.testkit.check.ListModel list} that grows, a {@linkplain
 * io.jangada.raft.testkit.check.CounterModel counter}, and a {@linkplain
 * io.jangada.raft.testkit.check.KvModel key-value store}, which is an ordered map with range scans.
 * Two more are made of others: {@link io.jangada.raft.testkit.check.KeyedModel} has one object per
 * key, and {@link io.jangada.raft.testkit.check.SessionModel} knows that retried writes take effect
 * once.
 *
 * <p>{@link io.jangada.raft.testkit.check.KvHistoryFile} keeps histories of a key-value store in
 * files, and {@link io.jangada.raft.testkit.check.KvCheck} checks all that there is to check in
 * them.
 *
 * <p>The package is about histories only: it knows nothing of Raft, starts no thread unless the
 * budget asks for several, and depends on nothing but the JDK.
 */
@NullMarked
package io.jangada.raft.testkit.check;

import org.jspecify.annotations.NullMarked;
