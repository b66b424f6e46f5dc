package io.jangada.raft.impl.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Message.ForwardRefused;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshot;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
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
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The words in which these tests are written: values made from, and shown as, short texts. */
final class Script {
    static final long MS = 1_000_000;

    private Script() {}

    static NodeId id(String name) {
        return NodeId.of(name);
    }

    /** {@code "n1 n2 n3"}, {@code "n1 n2; outgoing n3; learners n4"}. */
    static Membership membership(String text) {
        List<Member> voters = List.of();
        List<Member> outgoing = List.of();
        List<Member> learners = List.of();
        for (String part : text.split("; ")) {
            if (part.startsWith("outgoing ")) {
                outgoing = members(part.substring("outgoing ".length()));
            } else if (part.startsWith("learners ")) {
                learners = members(part.substring("learners ".length()));
            } else {
                voters = members(part);
            }
        }
        return Membership.of(voters, outgoing, learners);
    }

    private static List<Member> members(String names) {
        return Arrays.stream(names.trim().split(" "))
                .filter(name -> !name.isEmpty())
                .map(name -> new Member(id(name), name + ":7000"))
                .toList();
    }

    static LogEntry configuration(long index, long term, String membership) {
        byte[] text = membership(membership).toString().getBytes(UTF_8);
        return new LogEntry(index, term, 0, EntryType.MEMBERSHIP, text);
    }

    /** A snapshot of 100 B; what it holds is named by its index. */
    static SnapshotInfo snapshot(long index, long term, long membershipIndex, String membership) {
        SnapshotMeta meta =
                new SnapshotMeta(index, term, 0, membershipIndex, membership(membership));
        return new SnapshotInfo(meta, 100, "%064x".formatted(index));
    }

    static LogEntry command(long index, long term, String text) {
        return new LogEntry(index, term, 0, EntryType.COMMAND, bytes(text));
    }

    static LogEntry noop(long index, long term) {
        return LogEntry.noop(index, term, 0);
    }

    static Proposal proposal(String text) {
        return new Proposal(EntryType.COMMAND, bytes(text));
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    // Messages, arguments in the order of Figure 2

    static RequestVote requestVote(long term, long lastLogIndex, long lastLogTerm) {
        return new RequestVote(term, false, lastLogIndex, lastLogTerm, false);
    }

    static RequestVote transferVote(long term, long lastLogIndex, long lastLogTerm) {
        return new RequestVote(term, false, lastLogIndex, lastLogTerm, true);
    }

    static RequestVote preVote(long term, long lastLogIndex, long lastLogTerm) {
        return new RequestVote(term, true, lastLogIndex, lastLogTerm, false);
    }

    static RequestVoteResponse vote(long term, boolean granted) {
        return new RequestVoteResponse(term, false, granted);
    }

    static RequestVoteResponse preVoteResponse(long term, boolean granted) {
        return new RequestVoteResponse(term, true, granted);
    }

    static AppendEntries append(
            long term, long prevLogIndex, long prevLogTerm, long leaderCommit, LogEntry... some) {
        return new AppendEntries(term, prevLogIndex, prevLogTerm, leaderCommit, List.of(some));
    }

    static AppendEntriesResponse accepted(long term, long index) {
        return AppendEntriesResponse.accepted(term, index);
    }

    static AppendEntriesResponse rejected(
            long term, long index, long conflictTerm, long conflictIndex, long lastLogIndex) {
        return new AppendEntriesResponse(
                term, false, index, conflictTerm, conflictIndex, lastLogIndex);
    }

    // What came out

    /** Everything in a {@link Ready} but the apply index, a line for each; writes to wait for. */
    static String show(Ready ready, long persisted) {
        StringBuilder text = new StringBuilder();
        if (ready.reset() != null) {
            Ready.Reset reset = ready.reset();
            line(
                    text,
                    "write "
                            + reset.writeSequence()
                            + ": reset behind "
                            + reset.index()
                            + "@"
                            + reset.term()
                            + (reset.hardState() == null ? "" : ", " + show(reset.hardState())));
        }
        if (ready.writeSequence() != 0) {
            List<String> parts = new ArrayList<>();
            if (ready.hardState() != null) {
                parts.add(show(ready.hardState()));
            }
            if (!ready.entries().isEmpty()) {
                parts.add(show(ready.entries()));
            }
            line(text, "write " + ready.writeSequence() + ": " + String.join(", ", parts));
        }
        for (Ready.Outbound each : ready.messages()) {
            String wait = each.afterWrite() > persisted ? " after write " + each.afterWrite() : "";
            line(text, "to " + each.to() + ": " + show(each.message()) + wait);
        }
        if (ready.load() != null) {
            line(text, "load " + show(ready.load()));
        }
        if (ready.fetch() != null) {
            line(text, "fetch " + show(ready.fetch().info()) + " from " + ready.fetch().from());
        }
        for (Ready.ChangeOutcome each : ready.changes()) {
            String outcome = each.refusal() == null ? "done" : "refused: " + each.refusal();
            line(text, "change " + each.requestId() + " " + outcome);
        }
        if (ready.rebuilt()) {
            line(text, "rebuilt");
        }
        for (Ready.ReadGrant read : ready.reads()) {
            line(
                    text,
                    "read "
                            + read.requestId()
                            + " at "
                            + read.readIndex()
                            + " asked "
                            + read.askedNanos() / MS
                            + " ms");
        }
        for (Ready.Refused refused : ready.refused()) {
            line(
                    text,
                    "refused "
                            + refused.requestId()
                            + (refused.here() ? " here: " : " by the leader: ")
                            + refused.reason());
        }
        return text.toString();
    }

    private static String show(HardState hardState) {
        return "term "
                + hardState.currentTerm()
                + " vote "
                + (hardState.votedFor() == null ? "none" : hardState.votedFor());
    }

    private static String show(SnapshotInfo info) {
        return "snapshot " + info.meta().index() + "@" + info.meta().term();
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append('\n');
    }

    static String show(List<LogEntry> entries) {
        return entries.stream().map(Script::show).collect(Collectors.joining(" ", "[", "]"));
    }

    private static String show(LogEntry entry) {
        String place = entry.index() + "@" + entry.term();
        return switch (entry.type()) {
            case NOOP -> place + " noop";
            case COMMAND -> place + " " + shorten(new String(entry.payload(), UTF_8));
            case MEMBERSHIP -> place + " membership";
            case OPEN_SESSION -> place + " session";
        };
    }

    private static String shorten(String text) {
        return text.length() <= 12 ? text : text.length() + "B";
    }

    static String show(Message message) {
        if (message instanceof AppendEntries m) {
            return "AppendEntries term %d prev %d@%d commit %d %s"
                    .formatted(
                            m.term(),
                            m.prevLogIndex(),
                            m.prevLogTerm(),
                            m.leaderCommit(),
                            show(m.entries()));
        } else if (message instanceof AppendEntriesResponse m) {
            return m.success()
                    ? "AppendEntriesResponse term %d accepted %d".formatted(m.term(), m.index())
                    : "AppendEntriesResponse term %d rejected %d: term %d from %d, last %d"
                            .formatted(
                                    m.term(),
                                    m.index(),
                                    m.conflictTerm(),
                                    m.conflictIndex(),
                                    m.lastLogIndex());
        } else if (message instanceof Heartbeat m) {
            return "Heartbeat term %d round %d commit %d%s"
                    .formatted(
                            m.term(),
                            m.round(),
                            m.leaderCommit(),
                            (m.rebuild() == 0 ? "" : " rebuild to " + m.rebuildTo())
                                    + (m.rest() ? " rest" : ""));
        } else if (message instanceof HeartbeatResponse m) {
            return "HeartbeatResponse term %d round %d last %d%s%s"
                    .formatted(
                            m.term(),
                            m.round(),
                            m.lastLogIndex(),
                            m.priority() == 0 ? "" : " priority " + m.priority(),
                            (m.rebuild() == 0 ? "" : " rebuilding") + (m.rest() ? " rests" : ""));
        } else if (message instanceof RequestVote m) {
            return "%s term %d last %d@%d%s"
                    .formatted(
                            m.preVote() ? "PreVote" : "RequestVote",
                            m.term(),
                            m.lastLogIndex(),
                            m.lastLogTerm(),
                            m.transfer() ? " transfer" : "");
        } else if (message instanceof RequestVoteResponse m) {
            return "%s term %d %s"
                    .formatted(
                            m.preVote() ? "PreVoteResponse" : "RequestVoteResponse",
                            m.term(),
                            m.granted() ? "granted" : "refused");
        }
        return showRequest(message);
    }

    private static String showRequest(Message message) {
        if (message instanceof ForwardProposal m) {
            return "ForwardProposal term %d %d: %s"
                    .formatted(
                            m.term(),
                            m.requestId(),
                            shorten(new String(m.proposal().payload(), UTF_8)));
        } else if (message instanceof ForwardRefused m) {
            return "ForwardRefused term %d %d: %s".formatted(m.term(), m.requestId(), m.reason());
        } else if (message instanceof ReadIndexRequest m) {
            return "ReadIndexRequest term %d".formatted(m.term());
        } else if (message instanceof ReadIndexResponse m) {
            return "ReadIndexResponse term %d index %d".formatted(m.term(), m.readIndex());
        } else if (message instanceof TimeoutNow m) {
            return "TimeoutNow term %d round %d".formatted(m.term(), m.round());
        } else if (message instanceof TransferRequest m) {
            return "TransferRequest term %d to %s".formatted(m.term(), m.target());
        }
        return showChange(message);
    }

    private static String showChange(Message message) {
        if (message instanceof InstallSnapshot m) {
            return "InstallSnapshot term %d %s".formatted(m.term(), show(m.info()));
        } else if (message instanceof InstallSnapshotResponse m) {
            return "InstallSnapshotResponse term %d index %d %s%s"
                    .formatted(
                            m.term(),
                            m.index(),
                            m.status(),
                            m.bytes() == 0 ? "" : " " + m.bytes() + " B");
        } else if (message instanceof Reconfigure m) {
            return "Reconfigure term %d %d: %s".formatted(m.term(), m.requestId(), m.change());
        } else if (message instanceof ReconfigureResponse m) {
            return "ReconfigureResponse term %d %d: %s"
                    .formatted(m.term(), m.requestId(), m.refusal() == null ? "done" : m.refusal());
        } else if (message instanceof RemovedNotice m) {
            return "RemovedNotice term %d at %d".formatted(m.term(), m.membershipIndex());
        }
        if (message instanceof SignOfLife m) {
            return "SignOfLife term %d".formatted(m.term());
        }
        throw new AssertionError("cannot show " + message);
    }
}
