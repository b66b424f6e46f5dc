package io.jangada.raft.impl.codec;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Message.ForwardRefused;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshot;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
import io.jangada.raft.impl.core.Message.InstallStatus;
import io.jangada.raft.impl.core.Message.ReadIndexRequest;
import io.jangada.raft.impl.core.Message.ReadIndexResponse;
import io.jangada.raft.impl.core.Message.Reconfigure;
import io.jangada.raft.impl.core.Message.ReconfigureResponse;
import io.jangada.raft.impl.core.Message.RemovedNotice;
import io.jangada.raft.impl.core.Message.RequestVote;
import io.jangada.raft.impl.core.Message.RequestVoteResponse;
import io.jangada.raft.impl.core.Message.SignOfLife;
import io.jangada.raft.impl.core.Message.TimeoutNow;
import io.jangada.raft.impl.core.Message.TransferRequest;
import io.jangada.raft.impl.core.Proposal;
import io.jangada.raft.impl.core.Refusal;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;

/** Every message that a correct node may send. */
final class MessageArbitraries {
    private static final long MAX = 1L << 62;

    private MessageArbitraries() {}

    static Arbitrary<List<Envelope>> frames() {
        return Combinators.combine(groups(), messages())
                .as(Envelope::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(12)
                .withoutEdgeCases(); // Too many to combine; bounds are drawn often enough without.
    }

    static Arbitrary<Message> messages() {
        return Arbitraries.oneOf(
                List.of(
                        requestVote(),
                        requestVoteResponse(),
                        appendEntries(),
                        appendEntriesResponse(),
                        Combinators.combine(
                                        terms(), numbers(), numbers(), numbers(), numbers(),
                                        flags())
                                .as(Heartbeat::new),
                        Combinators.combine(
                                        terms(),
                                        numbers(),
                                        numbers(),
                                        Arbitraries.integers().between(-1, 100),
                                        numbers(),
                                        flags())
                                .as(HeartbeatResponse::new),
                        Combinators.combine(terms(), ids(), ids(), flags()).as(SignOfLife::new),
                        Combinators.combine(terms(), ids()).as(ReadIndexRequest::new),
                        Combinators.combine(terms(), ids(), numbers()).as(ReadIndexResponse::new),
                        Combinators.combine(terms(), ids(), contents()).as(ForwardProposal::new),
                        Combinators.combine(terms(), ids(), Arbitraries.of(Refusal.class))
                                .as(ForwardRefused::new),
                        Combinators.combine(terms(), names().map(NodeId::of))
                                .as(TransferRequest::new),
                        Combinators.combine(terms(), numbers()).as(TimeoutNow::new),
                        installSnapshot(),
                        Combinators.combine(
                                        terms(),
                                        numbers(),
                                        numbers(),
                                        Arbitraries.of(InstallStatus.class))
                                .as(InstallSnapshotResponse::new),
                        Combinators.combine(terms(), ids(), changes()).as(Reconfigure::new),
                        Combinators.combine(terms(), ids(), names().injectNull(0.3))
                                .as(ReconfigureResponse::new),
                        Combinators.combine(terms(), terms()).as(RemovedNotice::new)));
    }

    private static Arbitrary<InstallSnapshot> installSnapshot() {
        return Combinators.combine(
                        terms(), positions(), numbers(), numbers(), numbers(), memberships())
                .as(
                        (term, last, time, membershipIndex, bytes, membership) -> {
                            long index = Math.max(1, last.get1());
                            SnapshotMeta meta =
                                    new SnapshotMeta(
                                            index,
                                            last.get2(),
                                            time,
                                            membershipIndex % (index + 1),
                                            membership(membership));
                            String hash = "%064x".formatted(bytes);
                            return new InstallSnapshot(
                                    Math.max(term, last.get2()),
                                    new SnapshotInfo(meta, bytes, hash));
                        });
    }

    private static Arbitrary<MembershipChange> changes() {
        Arbitrary<Member> members = names().map(id -> new Member(NodeId.of(id), "h:7000"));
        return Arbitraries.oneOf(
                memberships().map(each -> new MembershipChange.Become(membership(each))),
                members.map(MembershipChange.Add::new),
                members.map(MembershipChange.AddLearner::new),
                names().map(id -> new MembershipChange.Promote(NodeId.of(id))),
                names().map(id -> new MembershipChange.Remove(NodeId.of(id))));
    }

    private static Membership membership(Proposal proposal) {
        return Membership.parse(new String(proposal.payload(), StandardCharsets.UTF_8));
    }

    private static Arbitrary<RequestVote> requestVote() {
        return Combinators.combine(terms(), flags(), positions(), flags())
                .as(
                        (term, preVote, last, transfer) ->
                                new RequestVote(
                                        Math.max(term, last.get2()),
                                        preVote,
                                        last.get1(),
                                        last.get2(),
                                        transfer));
    }

    private static Arbitrary<RequestVoteResponse> requestVoteResponse() {
        return Combinators.combine(numbers(), flags(), flags())
                .as(
                        (term, preVote, granted) ->
                                new RequestVoteResponse(
                                        granted ? Math.max(1, term) : term, preVote, granted));
    }

    private static Arbitrary<AppendEntriesResponse> appendEntriesResponse() {
        return Combinators.combine(terms(), flags(), numbers(), numbers(), numbers(), numbers())
                .as(AppendEntriesResponse::new);
    }

    private static Arbitrary<AppendEntries> appendEntries() {
        Arbitrary<List<Proposal>> contents = proposals().list().ofMaxSize(20);
        return Combinators.combine(positions(), numbers(), contents, Arbitraries.longs())
                .as(
                        (prev, commit, payloads, seed) -> {
                            Random random = new Random(seed);
                            List<LogEntry> entries = new ArrayList<>();
                            long index = prev.get1();
                            long term = prev.get2();
                            long time = 0;
                            for (Proposal content : payloads) {
                                index++;
                                term = Math.max(index == 1 ? 0 : 1, term + random.nextInt(2));
                                time += random.nextInt(1 << 20);
                                entries.add(
                                        new LogEntry(
                                                index,
                                                term,
                                                time,
                                                content.type(),
                                                content.payload()));
                            }
                            return new AppendEntries(
                                    Math.max(1, term), prev.get1(), prev.get2(), commit, entries);
                        });
    }

    private static Arbitrary<Proposal> proposals() {
        return Arbitraries.frequencyOf(
                Tuple.of(8, contents()),
                Tuple.of(1, Arbitraries.just(new Proposal(EntryType.NOOP, new byte[0]))),
                Tuple.of(1, memberships()));
    }

    private static Arbitrary<Proposal> contents() {
        // By seed, not byte by byte, which would take most of the time.
        Arbitrary<byte[]> bytes =
                Combinators.combine(Arbitraries.integers().between(0, 400), Arbitraries.longs())
                        .as(
                                (size, seed) -> {
                                    byte[] payload = new byte[size];
                                    new Random(seed).nextBytes(payload);
                                    return payload;
                                });
        return Combinators.combine(Arbitraries.of(EntryType.COMMAND, EntryType.OPEN_SESSION), bytes)
                .as(Proposal::new);
    }

    private static Arbitrary<Proposal> memberships() {
        return names().set()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(
                        ids -> {
                            List<Member> voters = new ArrayList<>();
                            ids.forEach(id -> voters.add(new Member(NodeId.of(id), "h:7000")));
                            String text = Membership.ofVoters(voters).toString();
                            return new Proposal(
                                    EntryType.MEMBERSHIP, text.getBytes(StandardCharsets.UTF_8));
                        });
    }

    /** Index and term of an entry that can exist. */
    private static Arbitrary<Tuple2<Long, Long>> positions() {
        return Combinators.combine(numbers(), numbers())
                .as(
                        (index, term) ->
                                Tuple.of(
                                        Math.min(index, MAX / 2),
                                        index == 0
                                                ? 0L
                                                : Math.max(
                                                        index > 1 ? 1 : 0,
                                                        Math.min(term, MAX / 2))));
    }

    private static Arbitrary<Long> terms() {
        return Arbitraries.longs().between(1, MAX);
    }

    private static Arbitrary<Long> numbers() {
        return Arbitraries.longs().between(0, MAX);
    }

    private static Arbitrary<Long> ids() {
        return Arbitraries.longs();
    }

    private static Arbitrary<Boolean> flags() {
        return Arbitraries.of(true, false);
    }

    private static Arbitrary<GroupId> groups() {
        return names().map(GroupId::of);
    }

    private static Arbitrary<String> names() {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .withCharRange('A', 'Z')
                .withChars("0123456789._-")
                .ofMinLength(1)
                .ofMaxLength(64);
    }
}
