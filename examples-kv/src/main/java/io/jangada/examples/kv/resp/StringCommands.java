package io.jangada.examples.kv.resp;

import io.jangada.examples.kv.KvCommand;
import io.jangada.examples.kv.KvCommand.Add;
import io.jangada.examples.kv.KvCommand.Answer;
import io.jangada.examples.kv.KvCommand.Append;
import io.jangada.examples.kv.KvCommand.Clear;
import io.jangada.examples.kv.KvCommand.CompareAndSet;
import io.jangada.examples.kv.KvCommand.Delete;
import io.jangada.examples.kv.KvCommand.Put;
import io.jangada.examples.kv.KvCommand.PutAll;
import io.jangada.examples.kv.KvCommand.Take;
import io.jangada.examples.kv.KvCommand.When;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The commands on keys and values. */
final class StringCommands {
    /** What the values of one reply may take together: beyond that a client must ask in parts. */
    static final long REPLY_BYTES_MAX = 64 << 20;

    private static final int ENTRY_OVERHEAD = 64;

    private StringCommands() {}

    static Plan get(Client client, Args args) {
        byte[] key = args.key(1);
        return read(client, map -> valueOrNil(map.get(key)));
    }

    static Plan strlen(Client client, Args args) {
        byte[] key = args.key(1);
        return read(client, map -> new Reply.Int(length(map.get(key))));
    }

    static Plan exists(Client client, Args args) {
        List<byte[]> keys = args.keys(1);
        return read(client, map -> new Reply.Int(keys.stream().filter(map::containsKey).count()));
    }

    static Plan mget(Client client, Args args) {
        List<byte[]> keys = args.keys(1);
        return read(client, map -> values(map, keys));
    }

    static Plan range(Client client, Args args) {
        byte[] from = args.key(1);
        byte[] to = args.key(2);
        if (args.count() != 3 && !(args.count() == 5 && args.word(3).equals("limit"))) {
            throw CommandException.syntax();
        }
        long limit = args.count() == 5 ? args.number(4) : Long.MAX_VALUE;
        if (limit < 0) {
            throw CommandException.error("LIMIT can't be negative");
        }
        return read(client, map -> range(map, from, to, limit));
    }

    static Plan dbsize(Client client, Args args) {
        return read(client, map -> new Reply.Int(map.size()));
    }

    static Plan set(Client client, Args args) {
        When when = When.ALWAYS;
        Answer answer = Answer.OK;
        for (int i = 3; i < args.count(); i++) {
            String option = args.word(i);
            if (option.equals("get")) {
                answer = Answer.PREVIOUS;
            } else if (when == When.ALWAYS && option.equals("nx")) {
                when = When.ABSENT;
            } else if (when == When.ALWAYS && option.equals("xx")) {
                when = When.PRESENT;
            } else {
                throw CommandException.syntax();
            }
        }
        return new Plan.Write(new Put(args.key(1), args.value(2), when, answer));
    }

    static Plan setnx(Client client, Args args) {
        return new Plan.Write(new Put(args.key(1), args.value(2), When.ABSENT, Answer.COUNT));
    }

    static Plan mset(Client client, Args args) {
        if (args.count() % 2 == 0) {
            throw CommandException.arity("mset");
        }
        List<byte[]> keysAndValues = new ArrayList<>(args.count() - 1);
        for (int i = 1; i < args.count(); i += 2) {
            keysAndValues.add(args.key(i));
            keysAndValues.add(args.value(i + 1));
        }
        return new Plan.Write(new PutAll(keysAndValues));
    }

    static Plan append(Client client, Args args) {
        return new Plan.Write(new Append(args.key(1), args.value(2), args.valueBytesMax()));
    }

    static Plan incr(Client client, Args args) {
        return add(args, 1);
    }

    static Plan decr(Client client, Args args) {
        return add(args, -1);
    }

    static Plan incrby(Client client, Args args) {
        return add(args, args.number(2));
    }

    static Plan decrby(Client client, Args args) {
        long delta = args.number(2);
        if (delta == Long.MIN_VALUE) {
            throw CommandException.error("decrement would overflow");
        }
        return add(args, -delta);
    }

    static Plan del(Client client, Args args) {
        return new Plan.Write(new Delete(args.keys(1)));
    }

    static Plan getdel(Client client, Args args) {
        return new Plan.Write(new Take(args.key(1)));
    }

    static Plan cas(Client client, Args args) {
        return new Plan.Write(new CompareAndSet(args.key(1), args.value(2), args.value(3)));
    }

    static Plan flushall(Client client, Args args) {
        boolean how = args.count() == 2 && List.of("sync", "async").contains(args.word(1));
        if (args.count() > 1 && !how) {
            throw CommandException.syntax();
        }
        return new Plan.Write(new Clear());
    }

    private static Plan add(Args args, long delta) {
        KvCommand command = new Add(args.key(1), delta);
        return new Plan.Write(command);
    }

    private static Plan read(Client client, Plan.Query query) {
        return new Plan.Read(client.reads().mode(), query);
    }

    private static Reply values(SortedMap<byte[], byte[]> map, List<byte[]> keys) {
        List<Reply> values = new ArrayList<>(keys.size());
        long bytes = 0;
        for (byte[] key : keys) {
            byte[] value = map.get(key);
            bytes += length(value) + ENTRY_OVERHEAD;
            if (bytes > REPLY_BYTES_MAX) {
                return tooLong("ask for fewer keys");
            }
            values.add(valueOrNil(value));
        }
        return new Reply.Array(values);
    }

    private static Reply range(
            NavigableMap<byte[], byte[]> map, byte[] from, byte[] to, long limit) {
        List<Reply> entries = new ArrayList<>();
        long bytes = 0;
        Map.Entry<byte[], byte[]> entry = map.ceilingEntry(from);
        while (entry != null
                && Arrays.compareUnsigned(entry.getKey(), to) < 0
                && entries.size() / 2 < limit) {
            bytes += entry.getKey().length + entry.getValue().length + ENTRY_OVERHEAD;
            if (bytes > REPLY_BYTES_MAX) {
                return tooLong("use LIMIT");
            }
            entries.add(new Reply.Bulk(entry.getKey()));
            entries.add(new Reply.Bulk(entry.getValue()));
            entry = map.higherEntry(entry.getKey());
        }
        return new Reply.Array(entries);
    }

    private static Reply tooLong(String advice) {
        return Reply.error("reply would be larger than " + REPLY_BYTES_MAX + " bytes: " + advice);
    }

    private static int length(byte @Nullable [] value) {
        return value == null ? 0 : value.length;
    }

    private static Reply valueOrNil(byte @Nullable [] value) {
        return value == null ? Reply.NIL : new Reply.Bulk(value);
    }
}
