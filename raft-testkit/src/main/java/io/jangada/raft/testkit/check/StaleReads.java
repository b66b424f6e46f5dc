package io.jangada.raft.testkit.check;

import static java.util.Objects.requireNonNull;

import io.jangada.raft.testkit.check.KvCheck.Anomaly;
import io.jangada.raft.testkit.check.KvInput.Append;
import io.jangada.raft.testkit.check.KvInput.Cas;
import io.jangada.raft.testkit.check.KvInput.Delete;
import io.jangada.raft.testkit.check.KvInput.Get;
import io.jangada.raft.testkit.check.KvInput.Put;
import io.jangada.raft.testkit.check.Operation.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What stale reads of a key-value store promise: within a session time never goes backwards, and
 * nothing is read that was never written.
 *
 * <p>The session is that of the note {@code s}, else the client process. Two things show that a
 * session went back: the note {@code idx} of a later read is the lower one, or a later read of a
 * key gave a value whose only write had returned before the one of the earlier value was called.
 * Values that were written twice, and keys that were appended to, are left out of the latter. What
 * is reported is wrong for certain; without {@code idx} some of what is wrong is not found.
 */
final class StaleReads {

    /** Per session and key, or per session alone: the read that saw the latest state so far. */
    private final Map<Object, Operation<KvInput, KvOutput>> latest = new HashMap<>();

    private final Map<Object, List<Operation<KvInput, KvOutput>>> writers = new HashMap<>();
    private final Map<String, List<Operation<KvInput, KvOutput>>> removers = new HashMap<>();
    private final Set<String> appended = new HashSet<>();
    private final List<Anomaly> anomalies = new ArrayList<>();

    private StaleReads() {}

    private record Written(String key, String value) {}

    private record SessionKey(String session, String key) {}

    /** Checks all stale reads of a history, whose writes are there once however often retried. */
    static List<Anomaly> check(List<Operation<KvInput, KvOutput>> operations) {
        StaleReads check = new StaleReads();
        List<Operation<KvInput, KvOutput>> reads = new ArrayList<>();
        for (Operation<KvInput, KvOutput> operation : operations) {
            if (operation.status() == Status.OK && KvModel.isStale(operation.input())) {
                reads.add(operation);
            } else if (operation.status() != Status.FAIL) {
                check.noteWrite(operation);
            }
        }
        check.judge(reads);
        return check.anomalies;
    }

    private void noteWrite(Operation<KvInput, KvOutput> operation) {
        KvInput input = operation.input();
        if (input instanceof Put put) {
            writer(operation, put.value());
        } else if (input instanceof Append) {
            appended.add(input.key());
        } else if (input instanceof Delete) {
            remover(operation);
        } else if (input instanceof Cas cas && mayHaveSwapped(operation)) {
            if (cas.replacement() == null) {
                remover(operation);
            } else {
                writer(operation, cas.replacement());
            }
        }
    }

    private static boolean mayHaveSwapped(Operation<KvInput, KvOutput> operation) {
        return !(operation.output() instanceof KvOutput.Swapped compared) || compared.swapped();
    }

    private void writer(Operation<KvInput, KvOutput> operation, String value) {
        writers.computeIfAbsent(
                        new Written(operation.input().key(), value), key -> new ArrayList<>(1))
                .add(operation);
    }

    private void remover(Operation<KvInput, KvOutput> operation) {
        removers.computeIfAbsent(operation.input().key(), key -> new ArrayList<>()).add(operation);
    }

    /** Goes through calls and ends in order: a read is later than those that ended before it. */
    private void judge(List<Operation<KvInput, KvOutput>> reads) {
        TreeMap<Long, Runnable> events = new TreeMap<>();
        for (Operation<KvInput, KvOutput> read : reads) {
            String session = session(read);
            events.put(
                    read.call(),
                    () -> {
                        checkIndex(session, read);
                        if (read.input() instanceof Get && !appended.contains(read.input().key())) {
                            checkValue(session, read);
                        }
                    });
            events.put(read.end(), () -> remember(session, read));
        }
        events.values().forEach(Runnable::run);
    }

    /** Attempts within a session bear its id; without one a process is on its own. */
    private static String session(Operation<KvInput, KvOutput> read) {
        String note = read.notes().get("s");
        return note == null
                ? "process " + read.process()
                : "session " + SessionModel.WriteId.parse(note).session();
    }

    private void remember(String session, Operation<KvInput, KvOutput> read) {
        if (read.notes().containsKey("idx")) {
            latest.merge(session, read, (one, other) -> index(one) > index(other) ? one : other);
        }
        if (onlyWriter(read) != null) {
            latest.merge(
                    new SessionKey(session, read.input().key()),
                    read,
                    (one, other) -> writtenAt(one) > writtenAt(other) ? one : other);
        }
    }

    private static long index(Operation<KvInput, KvOutput> read) {
        return Long.parseLong(read.notes().getOrDefault("idx", "-1"));
    }

    private long writtenAt(Operation<KvInput, KvOutput> read) {
        return requireNonNull(onlyWriter(read)).call();
    }

    private void checkIndex(String session, Operation<KvInput, KvOutput> read) {
        Operation<KvInput, KvOutput> earlier = latest.get(session);
        if (earlier != null && read.notes().containsKey("idx") && index(read) < index(earlier)) {
            anomalies.add(
                    new Anomaly(
                            session
                                    + " went back from index "
                                    + index(earlier)
                                    + " to "
                                    + index(read),
                            List.of(earlier, read)));
        }
    }

    private void checkValue(String session, Operation<KvInput, KvOutput> read) {
        String key = read.input().key();
        String value = value(read);
        if (value != null && isPhantom(read, new Written(key, value))) {
            anomalies.add(new Anomaly("nobody had written what was read", List.of(read)));
            return;
        }
        Operation<KvInput, KvOutput> earlier = latest.get(new SessionKey(session, key));
        if (earlier != null && !Objects.equals(value(earlier), value) && isOlder(read, earlier)) {
            anomalies.add(
                    new Anomaly(
                            session + " saw an older state of key " + KvOutput.show(key),
                            List.of(requireNonNull(onlyWriter(earlier)), earlier, read)));
        }
    }

    private boolean isPhantom(Operation<KvInput, KvOutput> read, Written written) {
        return writers.getOrDefault(written, List.of()).stream()
                .noneMatch(writer -> writer.call() < read.end());
    }

    /** Whether what was read was gone for good before the write that an earlier read saw. */
    private boolean isOlder(
            Operation<KvInput, KvOutput> read, Operation<KvInput, KvOutput> earlier) {
        long seenSince = writtenAt(earlier);
        if (value(read) == null) {
            return removers.getOrDefault(read.input().key(), List.of()).stream()
                    .noneMatch(remover -> remover.end() > seenSince && remover.call() < read.end());
        }
        Operation<KvInput, KvOutput> writer = onlyWriter(read);
        return writer != null && writer.status() == Status.OK && writer.end() < seenSince;
    }

    private @Nullable Operation<KvInput, KvOutput> onlyWriter(Operation<KvInput, KvOutput> read) {
        String value = value(read);
        if (value == null) {
            return null;
        }
        List<Operation<KvInput, KvOutput>> all =
                writers.getOrDefault(new Written(read.input().key(), value), List.of());
        return all.size() == 1 ? all.get(0) : null;
    }

    private static @Nullable String value(Operation<KvInput, KvOutput> read) {
        return read.output() instanceof KvOutput.Value answer ? answer.value() : null;
    }
}
