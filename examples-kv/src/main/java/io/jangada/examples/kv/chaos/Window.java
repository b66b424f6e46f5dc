package io.jangada.examples.kv.chaos;

import io.jangada.raft.testkit.check.History;
import io.jangada.raft.testkit.check.HistoryRecorder;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A few keys that live for a short time, and what clients did to them meanwhile: a history of its
 * own, short enough to be judged quickly. Registers are put, replaced and deleted; lists are only
 * appended to, so that each lost or doubled append can be named.
 */
final class Window {
    private static final int REGISTERS = 5;
    private static final int LISTS = 3;
    private static final String LIST_MARK = "-l";

    private final int number;
    private final HistoryRecorder<KvInput, KvOutput> recorder;

    Window(int number, LongSupplier clock) {
        this.number = number;
        this.recorder = new HistoryRecorder<>(clock);
    }

    int number() {
        return number;
    }

    HistoryRecorder<KvInput, KvOutput> recorder() {
        return recorder;
    }

    History<KvInput, KvOutput> history() {
        return recorder.history();
    }

    /** One of the keys. */
    String anyKey(SplittableRandom random) {
        List<String> keys = keys(number);
        return keys.get(random.nextInt(keys.size()));
    }

    /** The keys of a window. */
    static List<String> keys(int number) {
        return Stream.concat(
                        IntStream.range(0, REGISTERS).mapToObj(i -> "k" + number + "-r" + i),
                        IntStream.range(0, LISTS).mapToObj(i -> "k" + number + LIST_MARK + i))
                .toList();
    }

    /** Whether a key is only appended to. */
    static boolean isList(String key) {
        return key.contains(LIST_MARK);
    }
}
