package io.jangada.benchmarks.micro;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.WriteListener;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** What several of the measurements begin with. */
final class Micro {
    static final NodeId SELF = NodeId.of("n1");
    static final NodeId LEADER = NodeId.of("n2");
    static final GroupId GROUP = GroupId.of("g");
    static final StoreIdentity IDENTITY = new StoreIdentity("micro", SELF, StoreId.of(1, 1));

    private static final int PAYLOAD_BYTES = 272;

    private Micro() {}

    /** So many commands, from an index on, in one message. */
    static Message.AppendEntries appendEntries(long term, long prevIndex, int count) {
        List<LogEntry> entries = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            entries.add(entry(prevIndex + i, term));
        }
        return new Message.AppendEntries(term, prevIndex, 0, prevIndex, entries);
    }

    static LogEntry entry(long index, long term) {
        return new LogEntry(index, term, 0, EntryType.COMMAND, new byte[PAYLOAD_BYTES]);
    }

    /** Hears how far the log is written. */
    static WriteListener onPersisted(LongConsumer consumer) {
        return new WriteListener() {
            @Override
            public void onPersisted(long writeSequence) {
                consumer.accept(writeSequence);
            }

            @Override
            public void onFailed(StoreException cause) {
                throw cause;
            }
        };
    }
}
