package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names of folders and files below {@code snapshots}. */
final class SnapshotNames {
    /** A snapshot of this node's own that is being written; worth nothing after a crash. */
    static final String WRITING = ".writing";

    private static final Pattern SNAPSHOT = Pattern.compile("([0-9]{19})-([0-9]{1,19})\\.snapshot");
    private static final Pattern PARTIAL =
            Pattern.compile("([0-9]{19})-([0-9]{1,19})-([0-9a-f]{64})\\.partial");
    private static final char ESCAPE = '+';

    private SnapshotNames() {}

    /** Index and term in a name. */
    record Place(long index, long term) {}

    /** A finished snapshot; the names are in the order of indexes. */
    static String snapshot(SnapshotMeta meta) {
        return stem(meta) + ".snapshot";
    }

    static String writing(SnapshotMeta meta) {
        return stem(meta) + WRITING;
    }

    /** A snapshot of another node of which some is here. */
    static String partial(SnapshotInfo info) {
        return stem(info.meta()) + "-" + info.hash() + ".partial";
    }

    private static String stem(SnapshotMeta meta) {
        return "%019d-%d".formatted(meta.index(), meta.term());
    }

    /** Whether it is the name of a finished snapshot, and of which. */
    static @Nullable Place snapshotPlace(String name) {
        return place(SNAPSHOT.matcher(name));
    }

    /** Whether it is the name of a part of a snapshot, and of which. */
    static @Nullable Place partialPlace(String name) {
        return place(PARTIAL.matcher(name));
    }

    private static @Nullable Place place(Matcher matcher) {
        if (!matcher.matches()) {
            return null;
        }
        try {
            return new Place(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /**
     * The folder of a group: its name, with a plus sign before each capital letter, which is then
     * small, and before a dot in front. So no two groups share a folder, whatever the file system
     * makes of cases and dots.
     */
    static String folder(GroupId group) {
        StringBuilder name = new StringBuilder();
        for (char c : group.value().toCharArray()) {
            if (c >= 'A' && c <= 'Z' || c == '.' && name.isEmpty()) {
                name.append(ESCAPE);
            }
            name.append(c);
        }
        return name.toString().toLowerCase(Locale.ROOT);
    }
}
