package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Membership;
import io.jangada.raft.spi.LogEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Entries of a log as people want to read them. */
final class EntryWords {
    /** Session, sequence and lowest unanswered sequence come before the command. */
    private static final int ENVELOPE_BYTES = 24;

    private EntryWords() {}

    static String of(LogEntry entry) {
        return switch (entry.type()) {
            case NOOP -> "first entry of a term";
            case OPEN_SESSION -> "a session opens";
            case MEMBERSHIP -> of(GroupImage.membership(entry));
            case COMMAND -> command(entry);
        };
    }

    private static String command(LogEntry entry) {
        ByteBuffer payload = ByteBuffer.wrap(entry.payload()).position(ENVELOPE_BYTES).slice();
        return shortened("" + KvCodecs.COMMANDS.decode(payload).input());
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 50) + "... (" + text.length() + ")";
    }

    static String of(Membership membership) {
        List<String> parts = new ArrayList<>();
        add(parts, "voters ", membership.voters().keySet());
        add(parts, "outgoing ", membership.outgoing().keySet());
        add(parts, "learners ", membership.learners().keySet());
        return String.join("; ", parts);
    }

    private static void add(List<String> parts, String label, Iterable<?> nodes) {
        List<String> names = new ArrayList<>();
        nodes.forEach(node -> names.add("" + node));
        if (!names.isEmpty()) {
            parts.add(names.stream().collect(Collectors.joining(",", label, "")));
        }
    }
}
