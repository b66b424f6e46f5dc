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
    private record Write(long sequence, HardState hardState, List<LogEntry> entries) {}

    /** What came before the first entry, as after a snapshot; its configurations still count. */
    private final long baseIndex;

    private final long baseTerm;
    private final List<LogEntry> baseMemberships;

    private final List<LogEntry> entries;
    private HardState hardState;

    private final List<LogEntry> durable;
    private HardState durableHardState;
    private final Deque<Write> pending = new ArrayDeque<>();

    private FakeLog(
            long baseIndex,
            long baseTerm,
            List<LogEntry> baseMemberships,
            List<LogEntry> entries,
            HardState hardState) {
        this.baseIndex = baseIndex;
        this.baseTerm = baseTerm;
        this.baseMemberships = baseMemberships;
        this.entries = new ArrayList<>(entries);
        this.durable = new ArrayList<>(entries);
        this.hardState = hardState;
        this.durableHardState = hardState;
    }

    /** A log from index 1 on, durable, with a hard state. */
    static FakeLog of(List<LogEntry> entries, HardState hardState) {
        return new FakeLog(0, 0, List.of(), entries, hardState);
    }

    /** A log that begins behind {@code baseIndex}; everything up to there is committed. */
    static FakeLog after(long baseIndex, long baseTerm, LogEntry membership) {
        return new FakeLog(baseIndex, baseTerm, List.of(membership), List.of(), HardState.INITIAL);
    }

    /** Starts the write of a {@link Ready}. */
    void write(Ready ready) {
        if (ready.writeSequence() == 0) {
            return;
        }
        pending.add(new Write(ready.writeSequence(), ready.hardState(), ready.entries()));
        replace(entries, ready.entries());
        hardState = ready.hardState() == null ? hardState : ready.hardState();
    }

    /** The disk has done all writes up to this one. */
    void persist(long sequence) {
        while (!pending.isEmpty() && pending.getFirst().sequence() <= sequence) {
            Write write = pending.removeFirst();
            replace(durable, write.entries());
            durableHardState = write.hardState() == null ? durableHardState : write.hardState();
        }
    }

    /** The log that a crash leaves, when the first few of the writes under way made it. */
    FakeLog crashed(int survivingWrites) {
        for (int i = 0; i < survivingWrites; i++) {
            persist(pending.getFirst().sequence());
        }
        return new FakeLog(baseIndex, baseTerm, baseMemberships, durable, durableHardState);
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
        return baseIndex + durable.size();
    }

    /** Whether the entry is in the part of the log that a crash leaves. */
    boolean hasDurably(LogEntry entry) {
        return entry.index() <= baseIndex
                || (entry.index() <= durableLastIndex()
                        && durable.get(position(entry.index())).equals(entry));
    }

    LogEntry entry(long index) {
        return entries.get(position(index));
    }

    List<LogEntry> all() {
        return List.copyOf(entries);
    }

    private void replace(List<LogEntry> list, List<LogEntry> tail) {
        if (!tail.isEmpty()) {
            list.subList(position(tail.get(0).index()), list.size()).clear();
            list.addAll(tail);
        }
    }

    private int position(long index) {
        return (int) (index - baseIndex - 1);
    }

    // LogReader

    @Override
    public long firstIndex() {
        return baseIndex + 1;
    }

    @Override
    public long lastIndex() {
        return baseIndex + entries.size();
    }

    @Override
    public long term(long index) {
        return index == baseIndex ? baseTerm : entries.get(position(index)).term();
    }

    @Override
    public List<LogEntry> entries(long from, long to, long bytesMax) {
        List<LogEntry> some = new ArrayList<>();
        long bytes = 0;
        for (LogEntry entry : entries.subList(position(from), position(to) + 1)) {
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
        entries.stream().filter(each -> each.type() == EntryType.MEMBERSHIP).forEach(all::add);
        return all;
    }
}
