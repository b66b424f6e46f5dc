package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshot;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
import io.jangada.raft.impl.core.Message.RequestVote;
import io.jangada.raft.impl.core.Message.RequestVoteResponse;
import io.jangada.raft.spi.LogEntry;
import java.util.List;
import java.util.stream.Collectors;

/** Messages as people want to read them: short, and without what says little. */
final class MessageWords {
    private MessageWords() {}

    static String of(Message message) {
        String name = message.getClass().getSimpleName();
        if (message instanceof RequestVote vote) {
            return (vote.preVote() ? "PreVote" : name)
                    + at(vote)
                    + " log "
                    + vote.lastLogIndex()
                    + "@"
                    + vote.lastLogTerm()
                    + (vote.transfer() ? " transfer" : "");
        } else if (message instanceof RequestVoteResponse answer) {
            return (answer.preVote() ? "PreVoteResponse" : name)
                    + at(answer)
                    + (answer.granted() ? " granted" : " refused");
        } else if (message instanceof AppendEntries append) {
            return name
                    + at(append)
                    + " after "
                    + append.prevLogIndex()
                    + "@"
                    + append.prevLogTerm()
                    + " commit "
                    + append.leaderCommit()
                    + entries(append.entries());
        } else if (message instanceof AppendEntriesResponse answer) {
            return name
                    + at(answer)
                    + (answer.success() ? " matches up to " : " no match at ")
                    + answer.index();
        } else if (message instanceof Heartbeat heartbeat) {
            return name
                    + at(heartbeat)
                    + " commit "
                    + heartbeat.leaderCommit()
                    + (heartbeat.rest() ? " rest" : "");
        } else if (message instanceof HeartbeatResponse answer) {
            return name
                    + at(answer)
                    + " last "
                    + answer.lastLogIndex()
                    + (answer.rest() ? " rests" : "");
        } else if (message instanceof InstallSnapshot install) {
            return name + at(install) + " up to " + install.info().meta().index();
        } else if (message instanceof InstallSnapshotResponse answer) {
            return name + at(answer) + " " + answer.status() + " " + answer.index();
        }
        return name + at(message);
    }

    private static String at(Message message) {
        return " term " + message.term();
    }

    private static String entries(List<LogEntry> entries) {
        int size = entries.size();
        if (size == 0) {
            return " no entries";
        } else if (size > 4) {
            return " entries " + place(entries.get(0)) + " to " + place(entries.get(size - 1));
        }
        return entries.stream()
                .map(MessageWords::place)
                .collect(Collectors.joining(", ", size == 1 ? " entry " : " entries ", ""));
    }

    private static String place(LogEntry entry) {
        return entry.index() + "@" + entry.term();
    }
}
