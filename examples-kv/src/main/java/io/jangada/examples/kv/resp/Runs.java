package io.jangada.examples.kv.resp;

import io.jangada.examples.kv.KvCommand;
import io.jangada.examples.kv.KvResult;
import io.jangada.examples.kv.KvStateMachine;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.ReadMode;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Carries out the calls of one connection so that each acts on what the ones before it did.
 *
 * <p>One <em>run</em> is under way at a time: all writes that wait at the front go to the log
 * together as one batch, all reads that wait at the front are answered from one view of the map,
 * and what comes in meanwhile makes the next run. Proposing the writes one by one would not keep
 * their order, since a forwarded or repeated proposal may overtake another. Calls of different
 * connections batch in the library.
 *
 * <p>For the event loop's thread only.
 */
final class Runs {
    /** What goes to the log together, unless a single command is larger. */
    private static final long RUN_BYTES_MAX = 1 << 20;

    private static final Reply LATE =
            new Reply.Failure("UNAVAILABLE the requests before this one took all of its time");

    private final RaftGroup<KvStateMachine, KvCommand, KvResult> group;
    private final EventLoop loop;
    private final Runnable onDone;
    private final Deque<Call> waiting = new ArrayDeque<>();
    private boolean running;

    /**
     * No calls yet.
     *
     * @param group the replicated map
     * @param loop the connection's event loop
     * @param onDone called there whenever calls have been answered
     */
    Runs(RaftGroup<KvStateMachine, KvCommand, KvResult> group, EventLoop loop, Runnable onDone) {
        this.group = group;
        this.loop = loop;
        this.onDone = onDone;
    }

    void add(Call call) {
        waiting.add(call);
    }

    /** Forgets the calls that were not started. */
    void clear() {
        waiting.clear();
    }

    /** Starts what can be started now. */
    void start() {
        // A run may end before its start returns, then the next one follows here and not deeper.
        while (!running && !waiting.isEmpty()) {
            Call first = waiting.element();
            if (first.remainingNanos() <= 0) {
                waiting.remove().answer(() -> LATE);
            } else if (first.plan() instanceof Plan.Write) {
                write(take(plan -> plan instanceof Plan.Write));
            } else if (first.plan() instanceof Plan.Read read) {
                read(read.mode(), take(plan -> isRead(plan, read.mode())));
            } else if (first.plan() instanceof Plan.Alone alone) {
                List<Call> run = List.of(waiting.remove());
                run(
                        run,
                        () ->
                                alone.start()
                                        .apply(timeout(run))
                                        .thenApply(reply -> List.of(() -> reply)),
                        Failures::of);
            } else {
                throw new AssertionError("nothing to start: " + first.plan().getClass());
            }
        }
    }

    private static boolean isRead(Plan plan, ReadMode mode) {
        return plan instanceof Plan.Read read && read.mode().equals(mode);
    }

    /** The calls at the front that can go together; at least the first. */
    private List<Call> take(Predicate<Plan> fits) {
        List<Call> run = new ArrayList<>();
        long bytes = 0;
        while (!waiting.isEmpty() && fits.test(waiting.element().plan())) {
            bytes += weight(waiting.element());
            if (bytes > RUN_BYTES_MAX && !run.isEmpty()) {
                break;
            }
            run.add(waiting.remove());
        }
        return run;
    }

    /**
     * A write that answers a value goes alone: a few bytes could ask for many large ones at once.
     */
    private static long weight(Call call) {
        boolean alone = call.plan() instanceof Plan.Write write && write.command().answersValue();
        return alone ? RUN_BYTES_MAX : call.bytes();
    }

    private void write(List<Call> run) {
        List<KvCommand> commands =
                run.stream().map(call -> ((Plan.Write) call.plan()).command()).toList();
        if (commands.size() == 1) {
            run(
                    run,
                    () ->
                            group.write(commands.get(0), timeout(run))
                                    .thenApply(result -> List.of(() -> Reply.of(result))),
                    Failures::of);
        } else {
            run(
                    run,
                    () ->
                            group.write(new KvCommand.Batch(commands), timeout(run))
                                    .thenApply(Runs::repliesOf),
                    Failures::of);
        }
    }

    private static List<Supplier<Reply>> repliesOf(KvResult result) {
        List<Supplier<Reply>> replies = new ArrayList<>();
        for (KvResult each : ((KvResult.Many) result).results()) {
            replies.add(() -> Reply.of(each));
        }
        return replies;
    }

    /**
     * Asks the library for the map only: the work of answering is done here, not on its threads.
     */
    private void read(ReadMode mode, List<Call> run) {
        run(
                run,
                () ->
                        group.read(mode, timeout(run), KvStateMachine::map)
                                .thenApply(
                                        map -> {
                                            List<Supplier<Reply>> replies = new ArrayList<>();
                                            for (Call call : run) {
                                                Plan.Read read = (Plan.Read) call.plan();
                                                replies.add(() -> read.query().answer(map));
                                            }
                                            return replies;
                                        }),
                Failures::ofRead);
    }

    /** The first has waited longest, so that none gets more than its time. */
    private static Duration timeout(List<Call> run) {
        return Duration.ofNanos(Math.max(1_000_000, run.get(0).remainingNanos()));
    }

    private void run(
            List<Call> run,
            Supplier<CompletableFuture<List<Supplier<Reply>>>> start,
            Function<Throwable, Reply> onFailure) {
        running = true;
        CompletableFuture<List<Supplier<Reply>>> outcome;
        try {
            outcome = start.get();
        } catch (RuntimeException e) {
            outcome = CompletableFuture.failedFuture(e);
        }
        outcome.whenComplete(
                (replies, failure) -> {
                    if (failure == null) {
                        onLoop(() -> end(run, replies));
                    } else {
                        Reply reply = onFailure.apply(failure);
                        onLoop(() -> end(run, Collections.nCopies(run.size(), () -> reply)));
                    }
                });
    }

    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    private void end(List<Call> run, List<Supplier<Reply>> replies) {
        running = false;
        for (int i = 0; i < run.size(); i++) {
            run.get(i).answer(replies.get(i));
        }
        onDone.run();
    }
}
