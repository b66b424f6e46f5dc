package io.jangada.raft.testkit.script;

import io.jangada.raft.api.RejectedException;
import io.jangada.raft.testkit.sim.SimNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Wishes of an operator that have no outcome yet: other members, another leader, a snapshot. */
final class Changes {
    private record Wish(String what, SimNode asked, Object life) {
        boolean isLost() {
            return !asked.isUp() || asked.group() != life;
        }
    }

    private final Stage stage;
    private final List<Wish> open = new ArrayList<>();

    Changes(Stage stage) {
        this.stage = stage;
    }

    /** Tells how it ends; the result says whether it has. */
    BooleanSupplier begin(String what, SimNode asked, CompletableFuture<?> future) {
        Wish wish = new Wish(what, asked, asked.group());
        open.add(wish);
        future.whenComplete(
                (result, failure) -> {
                    if (!wish.isLost()) {
                        end(wish, told(failure));
                    }
                });
        return () -> !open.contains(wish);
    }

    private void end(Wish wish, String how) {
        if (open.remove(wish)) {
            stage.tell(wish.what() + ": " + how);
        }
    }

    private static String told(@Nullable Throwable failure) {
        if (failure == null) {
            return "done";
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        return cause instanceof RejectedException
                ? "refused, " + cause.getMessage()
                : "outcome unknown";
    }

    /** Whoever asked a process that is dead does not hear from it again. */
    void afterEvent() {
        for (Wish wish : List.copyOf(open)) {
            if (wish.isLost()) {
                end(wish, "outcome unknown, " + wish.asked() + " is gone");
            }
        }
    }

    boolean areDone() {
        return open.isEmpty();
    }
}
