package io.jangada.examples.kv.resp;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RejectedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The commands for those who run the cluster. What takes longer than a request may goes on after it
 * was answered; the same command again waits for the same thing.
 */
final class AdminCommands {
    private static final Duration GRACE = Duration.ofMillis(100);

    private AdminCommands() {}

    static Plan transfer(Client client, Args args) {
        NodeId target = checked(args.text(1), NodeId::of);
        return new Plan.Alone(
                timeout ->
                        client.server()
                                .group()
                                .admin()
                                .transferLeadership(target)
                                .thenApply(done -> Reply.OK));
    }

    static Plan add(Client client, Args args) {
        boolean learner = args.count() == 4 && args.word(3).equals("learner");
        if (args.count() > 3 && !learner) {
            throw CommandException.syntax();
        }
        NodeId id = checked(args.text(1), NodeId::of);
        Member member = checked(args.text(2), address -> new Member(id, address));
        return change(
                client,
                learner
                        ? new MembershipChange.AddLearner(member)
                        : new MembershipChange.Add(member));
    }

    static Plan remove(Client client, Args args) {
        return change(client, new MembershipChange.Remove(checked(args.text(1), NodeId::of)));
    }

    static Plan promote(Client client, Args args) {
        return change(client, new MembershipChange.Promote(checked(args.text(1), NodeId::of)));
    }

    static Plan snapshot(Client client, Args args) {
        RespNode server = client.server();
        return new Plan.Alone(
                timeout ->
                        within(
                                timeout,
                                server.underWay()
                                        .join("snapshot", server.group().admin()::snapshot),
                                Failures::of,
                                () -> "the snapshot goes on; repeat the command to wait for it"));
    }

    private static Plan change(Client client, MembershipChange change) {
        RespNode server = client.server();
        return new Plan.Alone(
                timeout ->
                        within(
                                timeout,
                                server.underWay()
                                        .join(change, () -> server.group().admin().change(change)),
                                failure -> refusal(server, change, failure),
                                () ->
                                        "the change goes on; repeat the command to wait for it, or"
                                                + " look at RAFT.STATUS: "
                                                + server.group().admin().why()));
    }

    /**
     * A wish that makes no sense with the members there are is a wrong command; one that could not
     * be granted at this time may be repeated.
     */
    private static Reply refusal(RespNode server, MembershipChange change, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof RejectedException.MembershipRefused) {
            Membership members = server.group().status().membership();
            try {
                change.appliedTo(
                        Membership.of(
                                members.voters().values(),
                                java.util.List.of(),
                                members.learners().values()));
            } catch (IllegalArgumentException nonsense) {
                return Reply.error(String.valueOf(cause.getMessage()));
            }
        }
        return Failures.of(failure);
    }

    private static CompletableFuture<Reply> within(
            Duration timeout,
            CompletableFuture<?> work,
            Function<Throwable, Reply> onFailure,
            Supplier<String> goesOn) {
        // The library's own limit is the same, and its answer says more.
        long nanos = timeout.plus(GRACE).toNanos();
        return work.<Reply>handle(
                        (done, failure) -> failure == null ? Reply.OK : onFailure.apply(failure))
                .orTimeout(nanos, TimeUnit.NANOSECONDS)
                .exceptionally(late -> new Reply.Failure("UNKNOWN " + goesOn.get()));
    }

    private static <T> T checked(String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw CommandException.error(String.valueOf(e.getMessage()));
        }
    }
}
