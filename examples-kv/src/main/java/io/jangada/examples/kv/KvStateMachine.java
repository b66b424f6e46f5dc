package io.jangada.examples.kv;

import io.jangada.examples.kv.KvCommand.Add;
import io.jangada.examples.kv.KvCommand.Answer;
import io.jangada.examples.kv.KvCommand.Append;
import io.jangada.examples.kv.KvCommand.Batch;
import io.jangada.examples.kv.KvCommand.Clear;
import io.jangada.examples.kv.KvCommand.CompareAndSet;
import io.jangada.examples.kv.KvCommand.Delete;
import io.jangada.examples.kv.KvCommand.Put;
import io.jangada.examples.kv.KvCommand.PutAll;
import io.jangada.examples.kv.KvCommand.Take;
import io.jangada.examples.kv.KvCommand.When;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.ConcurrentReads;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotView;
import io.jangada.raft.spi.SnapshotViews;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/**
 * An ordered map, replicated. Sessions, and with them exactly-once, are the library's.
 *
 * <p>The map is immutable and each command that changes it publishes the next one in a single step.
 * Readers on any thread therefore see a command of several keys wholly or not at all, which is what
 * makes {@link ConcurrentReads} true, and a reader that keeps the map has a snapshot for free,
 * which makes a {@link SnapshotView} of any size a matter of keeping one reference.
 */
public final class KvStateMachine
        implements StateMachine<KvCommand, KvResult>, ConcurrentReads, SnapshotViews {
    private static final int SNAPSHOT_FORMAT = 1;
    private static final TreePMap<byte[], byte[]> EMPTY = TreePMap.empty(Arrays::compareUnsigned);
    private static final KvResult OK = new KvResult.Ok();
    private static final KvResult NIL = new KvResult.Nil();

    /** Written by the applier only. */
    private volatile TreePMap<byte[], byte[]> map = EMPTY;

    /** An empty map. */
    public KvStateMachine() {}

    /**
     * All entries as they are now.
     *
     * @return a map in unsigned byte order, which never changes
     */
    public TreePMap<byte[], byte[]> map() {
        return map;
    }

    @Override
    public KvResult apply(KvCommand command, Applied at) {
        if (command instanceof Batch batch) {
            List<KvResult> results = new ArrayList<>(batch.commands().size());
            for (KvCommand each : batch.commands()) {
                results.add(applyOne(each));
            }
            return new KvResult.Many(results);
        }
        return applyOne(command);
    }

    /** Takes constant time, whatever the number of keys. */
    @Override
    public SnapshotView view() {
        TreePMap<byte[], byte[]> viewed = map;
        return out -> save(viewed, out);
    }

    @Override
    public void save(SnapshotWriter out) throws IOException {
        save(map, out);
    }

    /** Entry by entry in the order of the keys, which is the one canonical order. */
    private static void save(TreePMap<byte[], byte[]> saved, SnapshotWriter out)
            throws IOException {
        out.writeInt(SNAPSHOT_FORMAT);
        out.writeInt(saved.size());
        for (Map.Entry<byte[], byte[]> entry : saved.entrySet()) {
            write(out, entry.getKey());
            write(out, entry.getValue());
        }
    }

    /** The old map stays, and is read from, until the new one is whole. */
    @Override
    public void load(SnapshotReader in) throws IOException {
        int format = in.readInt();
        if (format != SNAPSHOT_FORMAT) {
            throw new IOException(
                    "snapshot format " + format + " is not " + SNAPSHOT_FORMAT + ", the one known");
        }
        int count = in.readInt();
        if (count < 0) {
            throw new IOException("snapshot with " + count + " entries");
        }
        TreeMap<byte[], byte[]> loaded = new TreeMap<>(Arrays::compareUnsigned);
        for (int i = 0; i < count; i++) {
            byte[] key = read(in);
            if (!loaded.isEmpty() && Arrays.compareUnsigned(loaded.lastKey(), key) >= 0) {
                throw new IOException("damaged snapshot: key " + i + " is out of order");
            }
            loaded.put(key, read(in));
        }
        map = TreePMap.fromSortedMap(loaded);
    }

    private KvResult applyOne(KvCommand command) {
        if (command instanceof Put put) {
            return put(put);
        } else if (command instanceof PutAll putAll) {
            return putAll(putAll.keysAndValues());
        } else if (command instanceof Append append) {
            return append(append);
        } else if (command instanceof Add add) {
            return add(add);
        } else if (command instanceof CompareAndSet cas) {
            return compareAndSet(cas);
        } else if (command instanceof Take take) {
            KvResult previous = valueOrNil(map.get(take.key()));
            map = map.minus(take.key());
            return previous;
        } else if (command instanceof Delete delete) {
            return delete(delete.keys());
        } else if (command instanceof Clear) {
            map = EMPTY;
            return OK;
        }
        throw new AssertionError("cannot apply " + command.getClass());
    }

    private KvResult put(Put put) {
        if (put.when() == When.ALWAYS && put.answer() == Answer.OK) {
            // The common case need not look for what was there.
            map = map.plus(put.key(), put.value());
            return OK;
        }
        byte[] previous = map.get(put.key());
        boolean placed =
                put.when() == When.ALWAYS || (put.when() == When.PRESENT) == (previous != null);
        if (placed) {
            map = map.plus(put.key(), put.value());
        }
        if (put.answer() == Answer.PREVIOUS) {
            return valueOrNil(previous);
        }
        if (put.answer() == Answer.COUNT) {
            return new KvResult.Int(placed ? 1 : 0);
        }
        return placed ? OK : NIL;
    }

    private KvResult putAll(List<byte[]> keysAndValues) {
        TreePMap<byte[], byte[]> next = map;
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            next = next.plus(keysAndValues.get(i), keysAndValues.get(i + 1));
        }
        map = next;
        return OK;
    }

    private KvResult append(Append append) {
        byte[] old = map.get(append.key());
        int oldLength = old == null ? 0 : old.length;
        long length = (long) oldLength + append.suffix().length;
        if (length > append.valueBytesMax()) {
            return new KvResult.Refused(
                    "string exceeds maximum allowed size (" + append.valueBytesMax() + " bytes)");
        }
        byte[] joined = old == null ? new byte[(int) length] : Arrays.copyOf(old, (int) length);
        System.arraycopy(append.suffix(), 0, joined, oldLength, append.suffix().length);
        map = map.plus(append.key(), joined);
        return new KvResult.Int(length);
    }

    private KvResult add(Add add) {
        byte[] old = map.get(add.key());
        OptionalLong number = old == null ? OptionalLong.of(0) : Decimal.parse(old);
        if (number.isEmpty()) {
            return new KvResult.Refused("value is not an integer or out of range");
        }
        long before = number.getAsLong();
        long after = before + add.delta();
        if (((before ^ after) & (add.delta() ^ after)) < 0) {
            return new KvResult.Refused("increment or decrement would overflow");
        }
        map = map.plus(add.key(), Decimal.format(after));
        return new KvResult.Int(after);
    }

    private KvResult compareAndSet(CompareAndSet cas) {
        byte[] old = map.get(cas.key());
        boolean equal = old != null && Arrays.equals(old, cas.expected());
        if (equal) {
            map = map.plus(cas.key(), cas.value());
        }
        return new KvResult.Int(equal ? 1 : 0);
    }

    private KvResult delete(List<byte[]> keys) {
        TreePMap<byte[], byte[]> next = map;
        for (byte[] key : keys) {
            next = next.minus(key);
        }
        int removed = map.size() - next.size();
        map = next;
        return new KvResult.Int(removed);
    }

    private static KvResult valueOrNil(byte @Nullable [] value) {
        return value == null ? NIL : new KvResult.Value(value);
    }

    private static void write(SnapshotWriter out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** Reads as much as is there before it believes the length. */
    private static byte[] read(SnapshotReader in) throws IOException {
        int length = in.readInt();
        byte[] bytes = in.readNBytes(Math.max(0, length));
        if (bytes.length != length) {
            throw new EOFException("snapshot ends within an entry");
        }
        return bytes;
    }
}
