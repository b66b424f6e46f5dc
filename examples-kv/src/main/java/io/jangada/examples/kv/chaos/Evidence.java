package io.jangada.examples.kv.chaos;

import io.jangada.raft.testkit.check.History;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import io.jangada.raft.testkit.check.Operation;
import io.jangada.raft.testkit.check.Operation.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What can be named in a history without any search, since no value is written twice: writes that
 * were acknowledged and are missing at the end, that are there twice, and values that nobody wrote
 * or that were refused.
 */
final class Evidence {
    private final List<String> lost = new ArrayList<>();
    private final List<String> doubled = new ArrayList<>();
    private final List<String> phantoms = new ArrayList<>();

    private Evidence() {}

    /** Looks at all keys. Lists are known by their names, see {@link Window}. */
    static Evidence in(History<KvInput, KvOutput> history) {
        Evidence evidence = new Evidence();
        Map<String, List<Operation<KvInput, KvOutput>>> byKey = new TreeMap<>();
        for (Operation<KvInput, KvOutput> operation : history.operations()) {
            byKey.computeIfAbsent(operation.input().key(), key -> new ArrayList<>()).add(operation);
        }
        byKey.forEach(
                (key, operations) -> {
                    if (Window.isList(key)) {
                        evidence.lookAtList(operations);
                    } else {
                        evidence.lookAtRegister(operations);
                    }
                });
        return evidence;
    }

    List<String> lost() {
        return lost;
    }

    List<String> doubled() {
        return doubled;
    }

    List<String> phantoms() {
        return phantoms;
    }

    private void lookAtList(List<Operation<KvInput, KvOutput>> operations) {
        Set<String> possible = new HashSet<>();
        for (Operation<KvInput, KvOutput> operation : operations) {
            if (operation.input() instanceof KvInput.Append append
                    && operation.status() != Status.FAIL) {
                possible.add(append.suffix());
            }
        }
        long lastWrite = lastWrite(operations);
        for (Operation<KvInput, KvOutput> operation : operations) {
            if (operation.output() instanceof KvOutput.Value read) {
                Set<String> tokens = tokens(operation, read.value(), possible);
                if (operation.call() > lastWrite) {
                    expectAll(operations, operation, tokens);
                }
            }
        }
    }

    private Set<String> tokens(
            Operation<KvInput, KvOutput> read, @Nullable String value, Set<String> possible) {
        Set<String> tokens = new HashSet<>();
        if (value == null) {
            return tokens;
        }
        for (int from = 0; from < value.length(); ) {
            int end = value.indexOf(';', from);
            String token = value.substring(from, end < 0 ? value.length() : end + 1);
            from += token.length();
            if (!possible.contains(token)) {
                phantoms.add("'" + token + "', which nobody wrote or was refused, in: " + read);
            } else if (!tokens.add(token)) {
                doubled.add("'" + token + "' twice in: " + read);
            }
        }
        return tokens;
    }

    private void expectAll(
            List<Operation<KvInput, KvOutput>> operations,
            Operation<KvInput, KvOutput> read,
            Set<String> tokens) {
        for (Operation<KvInput, KvOutput> operation : operations) {
            if (operation.status() == Status.OK
                    && operation.input() instanceof KvInput.Append append
                    && !tokens.contains(append.suffix())) {
                lost.add(operation + " is not in: " + read);
            }
        }
    }

    private void lookAtRegister(List<Operation<KvInput, KvOutput>> operations) {
        Set<@Nullable String> possible = new HashSet<>();
        possible.add(null);
        for (Operation<KvInput, KvOutput> operation : operations) {
            if (isPossible(operation)) {
                possible.add(written(operation.input()));
            }
        }
        long lastWrite = lastWrite(operations);
        Operation<KvInput, KvOutput> decisive = decisive(operations);
        for (Operation<KvInput, KvOutput> operation : operations) {
            if (!(operation.output() instanceof KvOutput.Value read)) {
                continue;
            }
            if (!possible.contains(read.value())) {
                phantoms.add("a value that nobody wrote or that was refused: " + operation);
            }
            if (decisive != null
                    && operation.call() > lastWrite
                    && !Objects.equals(read.value(), written(decisive.input()))) {
                lost.add(decisive + " is not what came last in: " + operation);
            }
        }
    }

    /** The write that must have come last, if the history tells which one that was. */
    private static @Nullable Operation<KvInput, KvOutput> decisive(
            List<Operation<KvInput, KvOutput>> operations) {
        Operation<KvInput, KvOutput> last = null;
        long othersEnd = -1;
        for (Operation<KvInput, KvOutput> operation : operations) {
            if (isPossible(operation)) {
                // In order of calls: whoever comes last began last.
                if (last != null) {
                    othersEnd = Math.max(othersEnd, endOf(last));
                }
                last = operation;
            }
        }
        return last != null && last.status() == Status.OK && othersEnd < last.call() ? last : null;
    }

    /** What of unknown outcome never ends. */
    private static long endOf(Operation<KvInput, KvOutput> operation) {
        return operation.status() == Status.OK ? operation.end() : Operation.NEVER;
    }

    /** The position after which no client wrote to this key any more, as far as clients know. */
    private static long lastWrite(List<Operation<KvInput, KvOutput>> operations) {
        long last = -1;
        for (Operation<KvInput, KvOutput> operation : operations) {
            if (isPossible(operation)) {
                last =
                        Math.max(
                                last,
                                operation.status() == Status.OK
                                        ? operation.end()
                                        : operation.call());
            }
        }
        return last;
    }

    /** Whether it wrote, or perhaps did. */
    private static boolean isPossible(Operation<KvInput, KvOutput> operation) {
        return !(operation.input() instanceof KvInput.Get)
                && operation.status() != Status.FAIL
                && !new KvOutput.Swapped(false).equals(operation.output());
    }

    private static @Nullable String written(KvInput input) {
        if (input instanceof KvInput.Put put) {
            return put.value();
        } else if (input instanceof KvInput.Cas cas) {
            return cas.replacement();
        }
        return null;
    }
}
