package io.jangada.raft.impl.core;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads of a follower that wait for an index from the leader; one request covers many (thesis
 * §6.4).
 */
final class FollowerReads {
    private static final class Batch {
        private final long askedNanos;
        private final List<Long> requests;
        private long sentNanos;

        Batch(long nowNanos, List<Long> requests) {
            this.askedNanos = nowNanos;
            this.sentNanos = nowNanos;
            this.requests = requests;
        }
    }

    private List<Long> waiting = new ArrayList<>();
    private final Map<Long, Batch> asked = new LinkedHashMap<>();
    private int count;

    int count() {
        return count;
    }

    void add(long requestId) {
        waiting.add(requestId);
        count++;
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /** Turns what waits into one request. */
    void ask(long batchId, long nowNanos) {
        asked.put(batchId, new Batch(nowNanos, waiting));
        waiting = new ArrayList<>();
    }

    /** The answer to a request; nothing if it came twice. */
    List<Ready.ReadGrant> answered(long batchId, long readIndex) {
        Batch batch = asked.remove(batchId);
        if (batch == null) {
            return List.of();
        }
        count -= batch.requests.size();
        List<Ready.ReadGrant> grants = new ArrayList<>(batch.requests.size());
        for (long request : batch.requests) {
            grants.add(new Ready.ReadGrant(request, readIndex, batch.askedNanos));
        }
        return grants;
    }

    /** When the oldest request has waited so long that it or its answer must have been lost. */
    long resendDeadline(long patienceNanos) {
        long deadline = Long.MAX_VALUE;
        for (Batch batch : asked.values()) {
            deadline = Math.min(deadline, batch.sentNanos + patienceNanos);
        }
        return deadline;
    }

    /** Requests to be sent again, marked as sent now. */
    List<Long> overdue(long patienceNanos, long nowNanos) {
        List<Long> overdue = new ArrayList<>();
        for (Map.Entry<Long, Batch> each : asked.entrySet()) {
            if (nowNanos - each.getValue().sentNanos >= patienceNanos) {
                each.getValue().sentNanos = nowNanos;
                overdue.add(each.getKey());
            }
        }
        return overdue;
    }

    /** Everything still unanswered, when this leadership is over. */
    List<Long> drain() {
        List<Long> all = new ArrayList<>(waiting);
        Iterator<Batch> each = asked.values().iterator();
        while (each.hasNext()) {
            all.addAll(each.next().requests);
            each.remove();
        }
        waiting = new ArrayList<>();
        count = 0;
        return all;
    }
}
