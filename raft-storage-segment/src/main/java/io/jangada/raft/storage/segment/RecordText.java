package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.EntryType;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Records in words. */
final class RecordText {
    private RecordText() {}

    /** The type in lower-case words. */
    static String kind(RecordType type) {
        return words(type);
    }

    /** The group's name, if there is one and it is legal: a damaged record may say anything. */
    static Optional<GroupId> group(String name) {
        if (name.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(GroupId.of(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What a record with a good checksum says besides its numbers. */
    static String of(RecordReader record) {
        return switch (record.type()) {
            case ENTRY, REWRITTEN_ENTRY -> entry(record);
            case HARD_STATE, REBUILD_BEGUN -> vote(record);
            case TRUNCATION -> "entries from " + record.index() + " on are gone";
            case COMPACTION_MARK -> "entries up to " + record.index() + " are in a snapshot";
            case PEER -> text(record).replace(" ", " has store ");
            case RESET -> "the log goes on behind " + record.index();
            case RECOVERY, SEGMENT_HEAD, SEGMENTS_DROPPED, FOOTER -> checkpoint(record);
            case GROUP_CREATED, GROUP_DESTROYED, IDLE_MARK, REBUILT -> "";
        };
    }

    private static String entry(RecordReader record) {
        try {
            EntryType type = EntryType.of(record.entryTypeCode());
            return type == EntryType.MEMBERSHIP ? words(type) + ": " + text(record) : words(type);
        } catch (IllegalArgumentException e) {
            return "of a type that only a newer version knows";
        }
    }

    private static String vote(RecordReader record) {
        String vote = text(record);
        return vote.isEmpty() ? "no vote" : "vote for " + vote;
    }

    private static String checkpoint(RecordReader record) {
        try {
            Checkpoint checkpoint = Checkpoint.decode(record.payload());
            return "%d groups, %d peers"
                    .formatted(checkpoint.groups.size(), checkpoint.peers.size());
        } catch (IllegalArgumentException e) {
            return "with a content that only a newer version knows";
        }
    }

    private static String text(RecordReader record) {
        return new String(record.payload(), StandardCharsets.UTF_8);
    }

    private static String words(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
