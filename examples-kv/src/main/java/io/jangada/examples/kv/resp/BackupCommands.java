package io.jangada.examples.kv.resp;

import io.jangada.raft.api.RaftException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code RAFT.BACKUP}: {@code BEGIN} answers the name of a new copy, {@code STAT name} how far it
 * is, {@code READ name offset length} a piece of it once it is whole, {@code END name} drops it.
 */
final class BackupCommands {
    /** How long {@code STAT} waits for the copy, so that nobody needs to ask all the time. */
    private static final Duration STAT_TIME = Duration.ofSeconds(1);

    private BackupCommands() {}

    static Plan backup(Client client, Args args) {
        Backups backups = client.server().backups();
        return switch (args.word(1)) {
            case "begin" -> {
                require(args, 2, "begin");
                yield new Plan.Alone(
                        timeout -> CompletableFuture.completedFuture(Reply.text(backups.begin())));
            }
            case "stat" -> {
                require(args, 3, "stat");
                yield new Plan.Alone(timeout -> stat(backups.whole(args.text(2)), timeout));
            }
            case "read" -> read(backups, args);
            case "end" -> {
                require(args, 3, "end");
                yield new Plan.Alone(
                        timeout -> {
                            backups.end(args.text(2));
                            return CompletableFuture.completedFuture(Reply.OK);
                        });
            }
            default ->
                    throw CommandException.error(
                            "unknown subcommand '"
                                    + args.text(1)
                                    + "'. Try RAFT.BACKUP BEGIN, STAT, READ or END.");
        };
    }

    private static Plan read(Backups backups, Args args) {
        require(args, 5, "read");
        long offset = args.number(3);
        long length = args.number(4);
        if (offset < 0 || length < 1 || length > Backups.PIECE_BYTES_MAX) {
            throw CommandException.error(
                    "a piece begins at 0 or later and has 1 to "
                            + Backups.PIECE_BYTES_MAX
                            + " bytes");
        }
        return new Plan.Alone(
                timeout ->
                        backups.read(args.text(2), offset, (int) length)
                                .thenApply(Reply.Bulk::new));
    }

    private static CompletableFuture<Reply> stat(
            CompletableFuture<Backups.Whole> whole, Duration timeout) {
        long wait = Math.min(timeout.toNanos() / 2, STAT_TIME.toNanos());
        return whole.handle(BackupCommands::state)
                .completeOnTimeout(
                        new Reply.Pairs(List.of(Reply.text("state"), Reply.text("writing"))),
                        wait,
                        TimeUnit.NANOSECONDS);
    }

    private static Reply state(Backups.@Nullable Whole whole, @Nullable Throwable failure) {
        if (whole != null) {
            return new Reply.Pairs(
                    List.of(
                            Reply.text("state"),
                            Reply.text("whole"),
                            Reply.text("index"),
                            new Reply.Int(whole.index()),
                            Reply.text("bytes"),
                            new Reply.Int(whole.bytes()),
                            Reply.text("hash"),
                            Reply.text(whole.hash())));
        }
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RaftException
                ? Failures.ofRead(cause)
                : Reply.error("the backup failed: " + cause);
    }

    private static void require(Args args, int count, String name) {
        if (args.count() != count) {
            throw CommandException.arity("raft.backup|" + name);
        }
    }
}
