package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftGroup.Subscription;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Delivers a group's events in order, away from its loop. */
final class EventBus {
    private static final Logger LOG = System.getLogger(EventBus.class.getName());

    private final List<Consumer<? super RaftEvent>> listeners = new CopyOnWriteArrayList<>();
    private final Queue<RaftEvent> pending = new ConcurrentLinkedQueue<>();
    private final Crew.Member crew;

    EventBus(Crew crew) {
        this.crew = crew.join(this::deliver);
    }

    Subscription subscribe(Consumer<? super RaftEvent> listener) {
        // Its own object, so that the same listener may be added twice and removed once.
        Consumer<RaftEvent> registration = listener::accept;
        listeners.add(registration);
        return () -> listeners.remove(registration);
    }

    void publish(RaftEvent event) {
        if (!listeners.isEmpty()) {
            pending.add(event);
            crew.call();
        }
    }

    @SuppressWarnings("CatchingUnchecked")
    private void deliver() {
        for (RaftEvent event = pending.poll(); event != null; event = pending.poll()) {
            for (Consumer<? super RaftEvent> listener : listeners) {
                try {
                    listener.accept(event);
                } catch (Throwable thrown) {
                    LOG.log(Level.WARNING, "an event listener failed on " + event, thrown);
                }
            }
        }
    }
}
