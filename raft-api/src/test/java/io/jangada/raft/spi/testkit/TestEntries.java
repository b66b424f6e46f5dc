package io.jangada.raft.spi.testkit;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes log entries whose content tells which they are. */
final class TestEntries {
    private TestEntries() {}

    /** A command whose payload names index and term, so that mixed-up entries never look equal. */
    static LogEntry command(long index, long term) {
        return command(index, term, (index + "@" + term).getBytes(StandardCharsets.US_ASCII));
    }

    static LogEntry command(long index, long term, byte[] payload) {
        return new LogEntry(index, term, 10 * index, EntryType.COMMAND, payload);
    }

    /** A command with a payload of that many bytes, determined by index and term. */
    static LogEntry sized(long index, long term, int bytes) {
        byte[] payload = new byte[bytes];
        new Random(31 * index + term).nextBytes(payload);
        return command(index, term, payload);
    }

    static LogEntry membership(long index, long term, String... members) {
        List<Member> voters = new ArrayList<>();
        for (String member : members) {
            voters.add(Member.parse(member));
        }
        byte[] text = Membership.ofVoters(voters).toString().getBytes(StandardCharsets.UTF_8);
        return new LogEntry(index, term, 10 * index, EntryType.MEMBERSHIP, text);
    }

    /** Commands of one term. */
    static List<LogEntry> range(long from, long to, long term) {
        List<LogEntry> entries = new ArrayList<>();
        for (long index = from; index <= to; index++) {
            entries.add(command(index, term));
        }
        return entries;
    }
}
