package io.jangada.examples.kv.resp;

import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A request on its way to its reply. For the event loop's thread only. */
final class Call {
    private final Plan plan;
    private final int protocol;
    private final long bytes;
    private final long deadlineNanos;
    private @Nullable Supplier<Reply> answer;

    /**
     * A new call.
     *
     * @param plan what is to be done
     * @param protocol how the reply is to be written
     * @param bytes what the request took from the budget
     * @param deadlineNanos when it must have ended, by {@link System#nanoTime}
     */
    Call(Plan plan, int protocol, long bytes, long deadlineNanos) {
        this.plan = plan;
        this.protocol = protocol;
        this.bytes = bytes;
        this.deadlineNanos = deadlineNanos;
        if (plan instanceof Plan.Now now) {
            this.answer = now::reply;
        } else if (plan instanceof Plan.Last last) {
            this.answer = last::reply;
        }
    }

    Plan plan() {
        return plan;
    }

    int protocol() {
        return protocol;
    }

    long bytes() {
        return bytes;
    }

    long remainingNanos() {
        return deadlineNanos - System.nanoTime();
    }

    boolean isAnswered() {
        return answer != null;
    }

    /** Says how to work out the reply; it is worked out when it is written. */
    void answer(Supplier<Reply> newAnswer) {
        answer = newAnswer;
    }

    /** The reply. Only when {@link #isAnswered()}. */
    Reply reply() {
        return Objects.requireNonNull(answer, "not answered").get();
    }
}
