package io.jangada.raft.storage.segment;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * What segments are called: {@code 00000007.log} while it is written, {@code 00000007.segment} once
 * a later opening has cut it to its length. One that Chronicle Queue writes has the name of a time,
 * {@code 19700101-000007R.cq4}: so many seconds after the epoch.
 */
final class SegmentNames {
    private static final String CLOSED = ".segment";
    private static final String WRITTEN = ".log";
    private static final String PREPARED = ".precreated";
    private static final String CHRONICLE = ".cq4";
    private static final int DIGITS = 8;
    private static final DateTimeFormatter CHRONICLE_NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss'R'").withZone(ZoneOffset.UTC);

    private SegmentNames() {}

    /** A segment of an earlier opening. */
    static Path closed(Path folder, int segment) {
        return folder.resolve(number(segment) + CLOSED);
    }

    /** A segment that is written page by page. */
    static Path written(Path folder, int segment) {
        return folder.resolve(number(segment) + WRITTEN);
    }

    /** The file that such a segment will be. */
    static Path prepared(Path folder, int segment) {
        return folder.resolve(number(segment) + PREPARED);
    }

    private static String number(int segment) {
        return "%08d".formatted(segment);
    }

    /** The number in the name of a file, or 0 if it is not the name of a segment. */
    static int segmentOf(String fileName) {
        if (fileName.endsWith(CHRONICLE)) {
            return chronicleNumber(fileName.substring(0, fileName.length() - CHRONICLE.length()));
        }
        int dot = fileName.indexOf('.');
        String ending = dot < DIGITS ? "" : fileName.substring(dot);
        if (!ending.equals(CLOSED) && !ending.equals(WRITTEN)) {
            return 0;
        }
        try {
            return Integer.parseInt(fileName, 0, dot, 10);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static int chronicleNumber(String name) {
        try {
            return Math.toIntExact(CHRONICLE_NAME.parse(name, Instant::from).getEpochSecond());
        } catch (DateTimeException | ArithmeticException e) {
            return 0;
        }
    }

    /** Whether a file is left over from an earlier life, and of no use in the next one. */
    static boolean isLeftOver(String fileName) {
        // Chronicle's metadata, whose locks may name a process that is dead, too.
        return fileName.endsWith(PREPARED)
                || fileName.endsWith(".tmp")
                || fileName.endsWith(".cq4t");
    }
}
