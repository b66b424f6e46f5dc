package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.LogReport;
import io.jangada.raft.spi.RecordFilter;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.StoredRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells of a log record by record, and of the places where records are missing, in words. Takes no
 * lock and writes nothing.
 */
final class LogInspection {
    private static final int ATTEMPTS = 5;

    private final Path folder;
    private final RecordFilter filter;
    private final Consumer<StoredRecord> to;
    private final StoreIdentity identity;
    private final boolean inUse;
    private final List<String> problems = new ArrayList<>();
    private List<Segment> segments = List.of();
    private @Nullable Recovery recovery;

    // Where the pass over the records is.
    private final RecordReader record;
    private long lastSequence;
    private int lastSegment;
    private int lastEnd;
    private long records;

    LogInspection(Path folder, RecordFilter filter, Consumer<StoredRecord> to) throws IOException {
        this.folder = folder;
        this.filter = filter;
        this.to = to;
        identity = StoreLook.identity(folder);
        inUse = FolderLock.isHeld(folder);
        record = new RecordReader(identity.store());
    }

    LogReport run() throws IOException {
        read(ATTEMPTS);
        for (int i = 0; i < segments.size(); i++) {
            scan(i);
        }
        Recovery judged = recovery;
        if (judged != null) {
            judged.damages().stream()
                    .filter(hole -> hole.last > lastSequence)
                    .forEach(hole -> damaged(Math.max(hole.first, lastSequence + 1), hole.last));
            judged.suspects().forEach((group, damage) -> problems.add(suspect(group, damage)));
        }
        return new LogReport(identity, segments.size(), records, inUse, problems);
    }

    private static String suspect(GroupId group, String damage) {
        return "group '%s' cannot be trusted: the log %s".formatted(group, damage);
    }

    /** Maps the files. A store in use may rename or delete one meanwhile. */
    private void read(int attempts) throws IOException {
        SegmentFiles files = StoreLook.files(folder, identity);
        try {
            recovery = Recovery.read(files, identity.store());
        } catch (StoreException e) {
            problems.add(String.valueOf(e.getMessage()));
        } catch (NoSuchFileException | UncheckedIOException e) {
            again(attempts, e);
            return;
        }
        try {
            segments = files.list();
        } catch (NoSuchFileException | UncheckedIOException e) {
            again(attempts, e);
        }
    }

    private void again(int attempts, Exception cause) throws IOException {
        if (attempts == 0) {
            throw new StoreException(
                    "%s changes too fast to be read: %s".formatted(folder, cause), cause);
        }
        read(attempts - 1);
    }

    private void scan(int position) {
        Segment segment = segments.get(position);
        record.segment(segment.number, segment.bytes);
        int end = segment.bytes.capacity();
        int at = 0;
        while (at + RecordFormat.BYTES_MIN <= end) {
            if (!record.at(at) || record.storeSequence() <= lastSequence) {
                at = Replay.nextCandidate(segment.bytes, at + Integer.BYTES);
                continue;
            }
            long sequence = record.storeSequence();
            if (sequence != lastSequence + 1 && isDamage(lastSequence + 1, sequence - 1)) {
                int next = record.offset();
                gap(lastSequence + 1, sequence - 1, position, next);
                record.segment(segment.number, segment.bytes);
                record.at(next);
            }
            tell(segment);
            records++;
            lastSequence = sequence;
            lastSegment = segment.number;
            lastEnd = record.end();
            at = lastEnd;
        }
    }

    private boolean isDamage(long first, long last) {
        Recovery judged = recovery;
        return judged == null
                || judged.damages().stream().anyMatch(h -> h.first <= last && first <= h.last);
    }

    /** Looks at what stands between two good records where there should be more. */
    private void gap(long first, long last, int position, int next) {
        long recognised = 0;
        for (int i = 0; i <= position; i++) {
            Segment segment = segments.get(i);
            if (segment.number >= lastSegment) {
                int from = segment.number == lastSegment ? lastEnd : 0;
                int to = i == position ? next : segment.bytes.capacity();
                recognised += remnants(segment, from, to, first, last);
            }
        }
        if (recognised < last - first + 1) {
            damaged(first, last);
        }
    }

    /** Tells of places that look like a record of the gap, but for the checksum. */
    private int remnants(Segment segment, int from, int to, long first, long last) {
        int found = 0;
        RecordReader remnant = new RecordReader(identity.store());
        remnant.segment(segment.number, segment.bytes);
        for (int at = from; at + RecordFormat.BYTES_MIN <= to; at += Integer.BYTES) {
            if (remnant.looksLikeRecord(at)
                    && remnant.storeSequence() >= first
                    && remnant.storeSequence() <= last) {
                found++;
                StoredRecord told = stored(segment, remnant, "fails its checksum");
                to(told);
            }
        }
        return found;
    }

    private void damaged(long first, long last) {
        String what =
                first == last
                        ? "record %d is missing".formatted(first)
                        : "records %d to %d are missing".formatted(first, last);
        String where =
                lastSegment == 0
                        ? "before the first one that can be read"
                        : "behind byte %d of segment %d".formatted(lastEnd, lastSegment);
        to(
                new StoredRecord(
                        lastSegment,
                        lastSegment == 0 ? "" : fileName(lastSegment),
                        lastEnd,
                        0,
                        "damage",
                        Optional.empty(),
                        first,
                        0,
                        0,
                        0,
                        0,
                        "",
                        Optional.of(what + " " + where + missingSegments())));
    }

    /** Names the segments of which there is no file though there are later ones. */
    private String missingSegments() {
        int next = Integer.MAX_VALUE;
        for (Segment segment : segments) {
            if (segment.number > lastSegment) {
                next = Math.min(next, segment.number);
            }
        }
        if (next == Integer.MAX_VALUE || next == lastSegment + 1) {
            return "";
        }
        return next == lastSegment + 2
                ? "; segment %d is missing".formatted(next - 1)
                : "; segments %d to %d are missing".formatted(lastSegment + 1, next - 1);
    }

    private String fileName(int number) {
        return segments.stream()
                .filter(segment -> segment.number == number)
                .map(segment -> String.valueOf(segment.file.getFileName()))
                .findFirst()
                .orElse("");
    }

    private void tell(Segment segment) {
        if (!wanted()) {
            return;
        }
        Recovery judged = recovery;
        boolean torn = !inUse && judged != null && record.storeSequence() > judged.lastKept();
        String problem =
                torn
                        ? "stands behind a torn end: it was never confirmed, and the next start cuts it"
                        : "";
        to(stored(segment, record, problem));
    }

    private boolean wanted() {
        if (filter.group().isPresent() && !filter.group().get().value().equals(record.group())) {
            return false;
        }
        return !filter.hasRange()
                || record.index() > 0
                        && record.index() >= filter.from()
                        && record.index() <= filter.to();
    }

    private void to(StoredRecord told) {
        to.accept(told);
    }

    private static StoredRecord stored(Segment segment, RecordReader from, String problem) {
        String group = from.group();
        return new StoredRecord(
                segment.number,
                String.valueOf(segment.file.getFileName()),
                from.offset(),
                from.end() - from.offset(),
                RecordText.kind(from.type()),
                RecordText.group(group),
                from.storeSequence(),
                from.index(),
                from.term(),
                from.clusterTimeMillis(),
                from.payloadBytes(),
                problem.isEmpty() ? RecordText.of(from) : "",
                problem.isEmpty() ? Optional.empty() : Optional.of(problem));
    }
}
