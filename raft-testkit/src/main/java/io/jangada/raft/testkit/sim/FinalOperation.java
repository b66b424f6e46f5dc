package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.SessionExpiredException;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** An operation on a healed cluster: it must succeed (I20), and it takes part in the history. */
final class FinalOperation {
    private final Workload workload;
    private final SimNode node;
    private final KvInput input;
    private final CompletableFuture<KvOutput> future;

    private FinalOperation(
            Workload workload, SimNode node, KvInput input, CompletableFuture<KvOutput> future) {
        this.workload = workload;
        this.node = node;
        this.input = input;
        this.future = future;
    }

    static FinalOperation write(Workload workload, SimNode node, KvInput input) {
        long process = begin(workload, node, input);
        long id = workload.newCommand();
        CompletableFuture<KvOutput> future = node.group().write(new KvCommand(id, input));
        future.thenAccept(output -> workload.acknowledged(id));
        return new FinalOperation(workload, node, input, recorded(workload, process, future));
    }

    static FinalOperation read(Workload workload, SimNode node, String key, ReadMode mode) {
        KvInput input = new KvInput.Get(key, KvInput.ReadMode.INDEX);
        long process = begin(workload, node, input);
        CompletableFuture<KvOutput> future =
                node.group().read(mode, machine -> new KvOutput.Value(machine.get(key)));
        return new FinalOperation(workload, node, input, recorded(workload, process, future));
    }

    private static long begin(Workload workload, SimNode node, KvInput input) {
        long process = workload.recorder().newProcess();
        workload.recorder().invoke(process, input, Map.of("node", node.id().value()));
        return process;
    }

    private static CompletableFuture<KvOutput> recorded(
            Workload workload, long process, CompletableFuture<KvOutput> future) {
        return future.whenComplete(
                (output, failure) -> {
                    if (output != null) {
                        workload.recorder().ok(process, output, Map.of());
                    } else if (failure instanceof RejectedException) {
                        workload.recorder().fail(process, "" + failure);
                    }
                });
    }

    boolean isDone() {
        return future.isDone();
    }

    /**
     * Whether it has to be tried again: the node was overloaded; or a snapshot took the place of
     * the entry that may have been this write's, and its session is gone, so that nobody knows.
     */
    boolean mayTryAgain() {
        return future.isDone()
                && future.handle((output, failure) -> failure).join()
                        instanceof CompletionException failed
                && (failed.getCause() instanceof RejectedException.Overloaded
                        || failed.getCause() instanceof SessionExpiredException);
    }

    void check() {
        if (!future.isDone() || future.isCompletedExceptionally()) {
            String how = future.isDone() ? future.handle((v, e) -> "" + e).join() : "not in time";
            workload.cluster()
                    .fail("I20 healing violated: " + input + " on healed " + node + ": " + how);
        }
    }
}
