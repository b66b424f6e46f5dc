package io.jangada.raft.testkit.sim;

import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotView;
import io.jangada.raft.spi.SnapshotViews;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A map of strings, small and easy to check: the state machine of simulated clusters. Remembers
 * which commands it has applied, so that a run can tell whether one was lost or applied twice.
 */
public final class KvMachine implements StateMachine<KvCommand, KvOutput>, SnapshotViews {
    /** Hears of every apply and load, to compare nodes with each other. */
    interface Listener {
        void onApply(KvMachine machine, KvCommand command, KvOutput output, Applied at);

        void onLoad(KvMachine machine);
    }

    private final Listener listener;
    private final Map<String, String> map = new TreeMap<>();

    /** How often each command was applied. */
    private final Map<Long, Integer> applied = new HashMap<>();

    /** The commands in the order in which they were applied; what a view has seen stays. */
    private long[] order = new long[64];

    private int orderSize;

    /** The sum of the hashes of all pairs: the same map gives the same sum. */
    private long stateHash;

    /** Where the last command stood in the log. */
    private long lastCommandIndex;

    KvMachine(Listener listener) {
        this.listener = listener;
    }

    @Override
    public KvOutput apply(KvCommand command, Applied at) {
        count(command.id());
        lastCommandIndex = at.index();
        KvOutput output = apply(command.input());
        listener.onApply(this, command, output, at);
        return output;
    }

    private void count(long command) {
        applied.merge(command, 1, Integer::sum);
        if (orderSize == order.length) {
            order = Arrays.copyOf(order, 2 * orderSize);
        }
        order[orderSize++] = command;
    }

    private KvOutput apply(KvInput input) {
        String key = input.key();
        if (input instanceof KvInput.Get) {
            return new KvOutput.Value(map.get(key));
        } else if (input instanceof KvInput.Put put) {
            set(key, put.value());
        } else if (input instanceof KvInput.Delete) {
            set(key, null);
        } else if (input instanceof KvInput.Append append) {
            set(key, map.getOrDefault(key, "") + append.suffix());
        } else if (input instanceof KvInput.Cas cas) {
            boolean equal = Objects.equals(map.get(key), cas.expected());
            if (equal) {
                set(key, cas.replacement());
            }
            return new KvOutput.Swapped(equal);
        } else {
            throw new IllegalArgumentException("no command: " + input);
        }
        return new KvOutput.Done();
    }

    private void set(String key, @Nullable String value) {
        String old = value == null ? map.remove(key) : map.put(key, value);
        stateHash += hash(key, value) - hash(key, old);
    }

    private static long hash(String key, @Nullable String value) {
        return value == null ? 0 : SimRandom.mix(31L * key.hashCode() + value.hashCode());
    }

    /**
     * Reads a key; to be used in queries.
     *
     * @param key the key
     * @return its value, null if it is absent
     */
    public @Nullable String get(String key) {
        return map.get(key);
    }

    /**
     * How often a command was applied.
     *
     * @param id the command's
     * @return 0 if never
     */
    public int timesApplied(long id) {
        return applied.getOrDefault(id, 0);
    }

    /**
     * A fingerprint of the map.
     *
     * @return equal for equal maps
     */
    public long stateHash() {
        return stateHash;
    }

    /** Where the last command that it applied stood in the log, 0 for none. */
    long lastCommandIndex() {
        return lastCommandIndex;
    }

    @Override
    public SnapshotView view() {
        Map<String, String> mapThen = new TreeMap<>(map);
        long[] orderThen = order;
        int sizeThen = orderSize;
        long indexThen = lastCommandIndex;
        return out -> save(mapThen, orderThen, sizeThen, indexThen, out);
    }

    @Override
    public void save(SnapshotWriter out) throws IOException {
        save(map, order, orderSize, lastCommandIndex, out);
    }

    private static void save(
            Map<String, String> map,
            long[] order,
            int orderSize,
            long lastCommandIndex,
            SnapshotWriter out)
            throws IOException {
        out.writeLong(lastCommandIndex);
        out.writeInt(map.size());
        for (Map.Entry<String, String> each : map.entrySet()) {
            out.writeUTF(each.getKey());
            out.writeUTF(each.getValue());
        }
        out.writeInt(orderSize);
        ByteBuffer ids = ByteBuffer.allocate(orderSize * Long.BYTES);
        ids.asLongBuffer().put(order, 0, orderSize);
        out.write(ids.array());
    }

    @Override
    public void load(SnapshotReader in) throws IOException {
        lastCommandIndex = in.readLong();
        map.clear();
        stateHash = 0;
        for (int left = in.readInt(); left > 0; left--) {
            set(in.readUTF(), in.readUTF());
        }
        applied.clear();
        order = new long[64];
        orderSize = 0;
        ByteBuffer ids = ByteBuffer.wrap(in.readNBytes(in.readInt() * Long.BYTES));
        while (ids.hasRemaining()) {
            count(ids.getLong());
        }
        listener.onLoad(this);
    }
}
