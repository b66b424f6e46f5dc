package io.jangada.examples.kv.chaos;

import io.jangada.raft.testkit.check.Fault;
import io.jangada.raft.testkit.check.History;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvInput.ReadMode;
import io.jangada.raft.testkit.check.KvOutput;
import io.jangada.raft.testkit.check.Operation;
import io.jangada.raft.testkit.check.Operation.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What one node answered at the end, when all keys of a window were read at once.
 *
 * @param node which node
 * @param callNanos before it was asked
 * @param endNanos after it answered
 * @param values values by key; a key that is absent is missing
 */
record FinalRead(String node, long callNanos, long endNanos, Map<String, String> values) {

    /** Adds such reads, one after the other, to the end of a history. */
    static History<KvInput, KvOutput> append(
            History<KvInput, KvOutput> history, List<String> keys, List<FinalRead> reads) {
        List<Operation<KvInput, KvOutput>> operations = new ArrayList<>(history.operations());
        long position = 0;
        long process = 0;
        for (Operation<KvInput, KvOutput> operation : operations) {
            position = Math.max(position, operation.call() + 1);
            if (operation.end() != Operation.NEVER) {
                position = Math.max(position, operation.end() + 1);
            }
            process = Math.max(process, operation.process() + 1);
        }
        for (Fault fault : history.faults()) {
            position = Math.max(position, fault.position() + 1);
        }
        for (FinalRead read : reads) {
            for (int i = 0; i < keys.size(); i++) {
                operations.add(
                        new Operation<>(
                                process + i,
                                new KvInput.Get(keys.get(i), ReadMode.INDEX),
                                Status.OK,
                                new KvOutput.Value(read.values.get(keys.get(i))),
                                position + i,
                                read.callNanos,
                                position + keys.size() + i,
                                read.endNanos,
                                Map.of("node", read.node)));
            }
            position += 2L * keys.size();
        }
        return new History<>(operations, history.faults());
    }
}
