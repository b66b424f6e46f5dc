package io.jangada.raft.testkit.script;

import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.SessionExpiredException;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import io.jangada.raft.testkit.sim.KvCommand;
import io.jangada.raft.testkit.sim.KvMachine;
import io.jangada.raft.testkit.sim.SimNode;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A client of a script: asks one thing at a time. Without a session of its own a write of unknown
 * outcome stays unknown; within one it may be tried again.
 */
final class ScriptClient {
    /** How the latest thing that it asked for has ended. */
    enum Outcome {
        NONE,
        WAITING,
        OK,
        REFUSED,
        UNKNOWN,
        EXPIRED
    }

    private final Clients clients;
    private final String name;
    private long process;
    private long session;
    private long sequence;

    private Outcome outcome = Outcome.NONE;
    private String answer = "";

    /** What was asked for last; null for a session. */
    private @Nullable KvInput input;

    private @Nullable KvCommand command;

    /** The history does not know yet how it ends. */
    private boolean open;

    /** The process that was asked last; null if none is. */
    private @Nullable SimNode asked;

    private @Nullable RaftGroup<KvMachine, KvCommand, KvOutput> askedGroup;

    /** Answers to earlier attempts count for nothing. */
    private long attempt;

    ScriptClient(Clients clients, String name) {
        this.clients = clients;
        this.name = name;
        this.process = clients.recorder().newProcess();
    }

    Outcome outcome() {
        return outcome;
    }

    /** What it was answered, as it is told. */
    String answer() {
        return answer;
    }

    boolean isIdle() {
        return outcome != Outcome.WAITING;
    }

    private void begin(Words words, SimNode node, @Nullable KvInput what) {
        if (!isIdle()) {
            throw words.bad(name + " still waits for an answer, and asks one thing at a time");
        }
        giveUp();
        input = what;
        attempt(node);
    }

    private void attempt(SimNode node) {
        attempt++;
        outcome = Outcome.WAITING;
        answer = "";
        asked = node;
        askedGroup = node.group();
    }

    void openSession(Words words, SimNode node) {
        begin(words, node, null);
        long now = attempt;
        node.group()
                .openSession()
                .whenComplete(
                        (id, failure) -> {
                            if (id != null && now == attempt) {
                                session = id;
                                sequence = 0;
                            }
                            settle(now, id == null ? null : new KvOutput.Done(), failure);
                        });
    }

    void read(Words words, SimNode node, String key, KvInput.ReadMode kind, ReadMode mode) {
        begin(words, node, new KvInput.Get(key, kind));
        command = null;
        record();
        long now = attempt;
        node.group()
                .read(mode, machine -> (KvOutput) new KvOutput.Value(machine.get(key)))
                .whenComplete((output, failure) -> settle(now, output, failure));
    }

    void write(Words words, SimNode node, KvInput what) {
        begin(words, node, what);
        command = new KvCommand(clients.newCommand(), what);
        sequence++;
        record();
        propose(node);
    }

    /** The same write once more, under the same number of its session. */
    void retry(Words words, SimNode node) {
        if (session == 0 || command == null) {
            throw words.bad(name + " has no session, or no write to try again in it");
        }
        attempt(node);
        propose(node);
    }

    private void propose(SimNode node) {
        long now = attempt;
        KvCommand wanted = command;
        if (wanted == null) {
            throw new IllegalStateException(name + " has nothing to write");
        }
        RaftGroup<KvMachine, KvCommand, KvOutput> group = node.group();
        CompletableFuture<KvOutput> future =
                session == 0 ? group.write(wanted) : group.write(session, sequence, wanted);
        future.whenComplete(
                (output, failure) -> {
                    if (output != null) {
                        clients.acknowledged(wanted.id());
                    }
                    settle(now, output, failure);
                });
    }

    private void record() {
        KvInput what = input;
        if (what != null) {
            open = true;
            clients.recorder().invoke(process, what, Map.of());
        }
    }

    private void settle(long of, @Nullable KvOutput output, @Nullable Throwable failure) {
        if (of != attempt || outcome != Outcome.WAITING || askedIsGone()) {
            return;
        }
        if (output != null) {
            end(Outcome.OK, "" + output);
            if (open) {
                open = false;
                clients.recorder().ok(process, output, Map.of());
            }
        } else if (failure instanceof SessionExpiredException) {
            session = 0;
            end(Outcome.EXPIRED, "the session has expired");
        } else if (failure instanceof RejectedException refusal) {
            end(Outcome.REFUSED, "refused, " + refusal.getClass().getSimpleName());
            refused();
        } else {
            end(Outcome.UNKNOWN, "outcome unknown");
        }
    }

    /** Certainly without effect, unless an earlier attempt in the session had one. */
    private void refused() {
        KvCommand wanted = command;
        if (open && session == 0) {
            open = false;
            clients.recorder().fail(process, answer);
            if (wanted != null) {
                clients.refused(wanted.id());
            }
        }
    }

    private void end(Outcome how, String text) {
        outcome = how;
        answer = text;
        asked = null;
        askedGroup = null;
        clients.stage().tell(name + ": " + (input == null ? "session" : input) + ": " + text);
    }

    /** Whoever asked a process that is dead does not hear from it again. */
    void lookAtNode() {
        if (askedIsGone()) {
            end(Outcome.UNKNOWN, "outcome unknown, " + asked + " is gone");
        }
    }

    /** A process that is dead answers nothing, not even with its last breath. */
    private boolean askedIsGone() {
        SimNode node = asked;
        return node != null && (!node.isUp() || node.group() != askedGroup);
    }

    /** What has no outcome by now stays without one. */
    void giveUp() {
        attempt++;
        if (open) {
            open = false;
            clients.recorder().info(process, answer);
            process = clients.recorder().newProcess();
        }
    }
}
