package io.jangada.raft.impl.core;

import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.LogReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A log in memory. Takes writes at once, and knows which of them a crash would take back. */
final class FakeLog implements LogReader {
    private record Write(
            long sequence, Ready.Reset reset, HardState hardState, List<LogEntry> entries) {}

    /** Entries behind a base, which is 0 or stands for what came before. */
    private static final class Part {
        private long baseIndex;
        private long baseTerm;
        private final List<LogEntry> entries;

        Part(long baseIndex, long baseTerm, List<LogEntry> entries) {
            this.baseIndex = baseIndex;
            this.baseTerm = baseTerm;
            this.entries = new ArrayList<>(entries);
        }

        Part copy() {
            return new Part(baseIndex, baseTerm, entries);
        }

        long lastIndex() {
            return baseIndex + entries.size();
        }

        LogEntry entry(long index) {
            return entries.get((int) (index - baseIndex - 1));
        }

        void replace(List<LogEntry> tail) {
            if (!tail.isEmpty()) {
                int from = (int) (tail.get(0).index() - baseIndex - 1);
                entries.subList(from, entries.size()).clear();
                entries.addAll(tail);
            }
        }

        void reset(Ready.Reset reset) {
            entries.clear();
            baseIndex = reset.index();
            baseTerm = reset.term();
        }

        void compact(long index) {
            if (index > baseIndex) {
                baseTerm = entry(index).term();
                entries.subList(0, (int) (index - baseIndex)).clear();
                baseIndex = index;
            }
        }
    }

    /** Configurations from before the first entry that still count. */
    private final List<LogEntry> baseMemberships;

    private final Part shown;
    private final Part durable;
    private HardState hardState;
    private HardState durableHardState;
    private long compactedTo;
    private final Deque<Write> pending = new ArrayDeque<>();

    private FakeLog(List<LogEntry> baseMemberships, Part part, HardState hardState) {
        this.baseMemberships = baseMemberships;
        this.shown = part.copy();
        this.durable = part.copy();
        this.hardState = hardState;
        this.durableHardState = hardState;
    }

    /** A log from index 1 on, durable, with a hard state. */
    static FakeLog of(List<LogEntry> entries, HardState hardState) {
        return new FakeLog(List.of(), new Part(0, 0, entries), hardState);
    }

    /** A log that begins behind {@code baseIndex}; everything up to there is committed. */
    static FakeLog after(long baseIndex, long baseTerm, LogEntry membership) {
        Part part = new Part(baseIndex, baseTerm, List.of());
        return new FakeLog(List.of(membership), part, HardState.INITIAL);
    }

    /** A log that begins behind a snapshot, with a hard state. */
    static FakeLog behind(long index, long term, List<LogEntry> entries, HardState hardState) {
        return new FakeLog(List.of(), new Part(index, term, entries), hardState);
    }

    /** Starts the writes of a {@link Ready}. */
    void write(Ready ready) {
        Ready.Reset reset = ready.reset();
        if (reset != null) {
            pending.add(new Write(reset.writeSequence(), reset, reset.hardState(), List.of()));
            shown.reset(reset);
            hardState = reset.hardState() == null ? hardState : reset.hardState();
        }
        if (ready.writeSequence() != 0) {
            pending.add(new Write(ready.writeSequence(), null, ready.hardState(), ready.entries()));
            shown.replace(ready.entries());
            hardState = ready.hardState() == null ? hardState : ready.hardState();
        }
    }

    /** The disk has done all writes up to this one. */
    void persist(long sequence) {
        while (!pending.isEmpty() && pending.getFirst().sequence() <= sequence) {
            Write write = pending.removeFirst();
            if (write.reset() != null) {
                durable.reset(write.reset());
            }
            durable.replace(write.entries());
            durableHardState = write.hardState() == null ? durableHardState : write.hardState();
        }
    }

    /** Forgets the entries up to an index; a crash may bring them back. */
    void compact(long index) {
        shown.compact(index);
        compactedTo = Math.max(compactedTo, index);
    }

    /** The log that a crash leaves, when the first few of the writes under way made it. */
    FakeLog crashed(int survivingWrites) {
        return crashed(survivingWrites, false);
    }

    /** The same; what was compacted may be gone for good. */
    FakeLog crashed(int survivingWrites, boolean compacted) {
        for (int i = 0; i < survivingWrites; i++) {
            persist(pending.getFirst().sequence());
        }
        Part left = durable.copy();
        if (compacted && compactedTo <= left.lastIndex()) {
            left.compact(compactedTo);
        }
        return new FakeLog(baseMemberships, left, durableHardState);
    }

    /** The log of a node that lost it, but not its hard state. */
    FakeLog lost() {
        return new FakeLog(List.of(), new Part(0, 0, List.of()), durableHardState);
    }

    /** Sequences of the writes under way. */
    List<Long> pending() {
        return pending.stream().map(Write::sequence).toList();
    }

    HardState hardState() {
        return hardState;
    }

    HardState durableHardState() {
        return durableHardState;
    }

    long durableLastIndex() {
        return durable.lastIndex();
    }

    /** Whether the entry is in the part of the log that a crash leaves. */
    boolean hasDurably(LogEntry entry) {
        return entry.index() <= durable.baseIndex
                || (entry.index() <= durable.lastIndex()
                        && durable.entry(entry.index()).equals(entry));
    }

    LogEntry entry(long index) {
        return shown.entry(index);
    }

    List<LogEntry> all() {
        return List.copyOf(shown.entries);
    }

    // LogReader

    @Override
    public long firstIndex() {
        return shown.baseIndex + 1;
    }

    @Override
    public long lastIndex() {
        return shown.lastIndex();
    }

    @Override
    public long term(long index) {
        return index == shown.baseIndex ? shown.baseTerm : shown.entry(index).term();
    }

    @Override
    public List<LogEntry> entries(long from, long to, long bytesMax) {
        List<LogEntry> some = new ArrayList<>();
        long bytes = 0;
        for (long index = from; index <= to; index++) {
            LogEntry entry = shown.entry(index);
            bytes += entry.payloadBytes();
            if (!some.isEmpty() && bytes > bytesMax) {
                break;
            }
            some.add(entry);
        }
        if (some.isEmpty()) {
            throw new IndexOutOfBoundsException("no entries from " + from + " to " + to);
        }
        return some;
    }

    @Override
    public List<LogEntry> membershipEntries() {
        List<LogEntry> all = new ArrayList<>(baseMemberships);
        shown.entries.stream()
                .filter(each -> each.type() == EntryType.MEMBERSHIP)
                .forEach(all::add);
        return all;
    }
}
