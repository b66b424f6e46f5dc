package io.jangada.raft.testkit;

import static java.util.Objects.requireNonNull;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.StateMachine;
import io.jangada.raft.testkit.Finding.Kind;
import io.jangada.raft.testkit.Finding.Side;
import io.jangada.raft.testkit.sim.MachineSource;
import io.jangada.raft.testkit.sim.SimCluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares the state machines of a cluster with each other: the first that gets to an index says
 * what reply and state are right there, and each other one, whatever way it took, must agree.
 */
final class MachineWatch<S extends StateMachine<C, R>, C, R>
        implements MachineSource<WatchedMachine<S, C, R>, C, R> {
    private static final long APPLY_NOTE = 101;
    private static final long LOAD_NOTE = 102;

    /** Of large states the oldest are forgotten, and not compared any more. */
    private static final long KEPT_BYTES_MAX = 64 << 20;

    /** A command that was applied, and where. */
    record Logged(ByteBuffer command, Applied at) {}

    /** The reply at an index and, unless it was in the middle of a batch, the state after it. */
    private record Seen(
            String who, ByteBuffer reply, String replyText, @Nullable Picture picture) {}

    private final MachineKit<S, C, R> kit;
    private final Map<Long, Seen> seen = new HashMap<>();
    private final NavigableMap<Long, Logged> log = new TreeMap<>();

    /** Indexes whose pictures are kept, oldest first. */
    private final Queue<Long> kept = new ArrayDeque<>();

    private long keptBytes;
    private @Nullable Finding finding;
    private long replies;
    private long saves;
    private long loads;

    MachineWatch(MachineKit<S, C, R> kit) {
        this.kit = kit;
    }

    /** The first thing that was wrong, or null. */
    @Nullable Finding finding() {
        return finding;
    }

    /** All commands that were applied anywhere, in order. */
    List<Logged> log() {
        return List.copyOf(log.values());
    }

    /** How many commands were applied, counted once. */
    long commandCount() {
        return log.size();
    }

    /** How many replies were compared with that of another node. */
    long replyCount() {
        return replies;
    }

    long saveCount() {
        return saves;
    }

    long loadCount() {
        return loads;
    }

    @Override
    public WatchedMachine<S, C, R> newMachine(SimCluster cluster, NodeId node) {
        return WatchedMachine.of(kit.factory().get(), kit, this, cluster, node);
    }

    @Override
    public long stateHash(WatchedMachine<S, C, R> machine) {
        return machine.stateHash();
    }

    @Override
    public Codec<C> commands() {
        return kit.commands();
    }

    @Override
    public Codec<R> results() {
        return kit.results();
    }

    // What machines tell

    /** A command was applied; the picture is null if others of its batch are applied too. */
    void applied(
            WatchedMachine<S, C, R> machine,
            C command,
            Applied at,
            R reply,
            @Nullable Picture picture) {
        log.computeIfAbsent(
                at.index(),
                index -> new Logged(ByteBuffer.wrap(kit.commands().encode(command)), at));
        Seen now = new Seen(machine.who(), kit.encoded(reply), String.valueOf(reply), picture);
        machine.cluster()
                .simulation()
                .note(
                        APPLY_NOTE,
                        at.index(),
                        () -> machine.node() + " applies " + at + " " + command + ": " + reply);
        Seen first = seen.get(at.index());
        if (first == null || first.picture() == null) {
            keep(at.index(), now);
        }
        if (first == null) {
            return;
        }
        replies++;
        if (!first.reply().equals(now.reply())) {
            Side one = new Side(first.who(), first.replyText());
            Side other = new Side(now.who(), now.replyText());
            report(
                    machine,
                    new Finding(
                            Kind.REPLY,
                            at.index(),
                            String.valueOf(command),
                            one,
                            other,
                            first.picture() == null || picture == null
                                    ? List.of()
                                    : first.picture().differences(picture),
                            machine.loadedAt()));
        }
        compare(machine, Kind.STATE, at.index(), String.valueOf(command), picture);
    }

    private void keep(long index, Seen now) {
        seen.put(index, now);
        if (now.picture() == null) {
            return;
        }
        kept.add(index);
        keptBytes += now.picture().size();
        while (keptBytes > KEPT_BYTES_MAX && kept.size() > 1) {
            Seen oldest = requireNonNull(seen.remove(kept.remove()));
            keptBytes -= requireNonNull(oldest.picture()).size();
        }
    }

    /** A machine was set to the state of a snapshot. */
    void loaded(WatchedMachine<S, C, R> machine, Picture picture) {
        loads++;
        long index = machine.index();
        machine.cluster()
                .simulation()
                .note(
                        LOAD_NOTE,
                        index,
                        () -> machine.node() + " loads a state with commands up to " + index);
        compare(machine, Kind.LOAD, index, "", picture);
    }

    /** A machine, or a view of it, has written a state out. */
    void saved(WatchedMachine<S, C, R> machine, long index, byte[] saved, boolean isView) {
        saves++;
        Picture then = picture(index);
        ByteBuffer bytes = ByteBuffer.wrap(saved);
        if (then != null && !then.bytes().equals(bytes)) {
            Picture now = new Picture(bytes, then.text());
            Side one = new Side("right after the command of index " + index, "");
            Side other = new Side(machine.node() + ", in a snapshot of that index", "");
            report(
                    machine,
                    new Finding(
                            isView ? Kind.VIEW : Kind.SAVE,
                            index,
                            "",
                            one,
                            other,
                            then.differences(now),
                            machine.loadedAt()));
        }
    }

    /** A machine threw something. */
    void threw(
            WatchedMachine<S, C, R> machine,
            Kind kind,
            long index,
            String command,
            Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        String where = trace.length == 0 ? "" : ", at " + trace[0];
        report(
                machine,
                new Finding(
                        kind,
                        index,
                        command,
                        new Side(machine.who(), thrown + where),
                        new Side("", ""),
                        List.of(),
                        machine.loadedAt()));
    }

    private void compare(
            WatchedMachine<S, C, R> machine,
            Kind kind,
            long index,
            String command,
            @Nullable Picture now) {
        Picture then = picture(index);
        if (then == null || now == null || then.equals(now)) {
            return;
        }
        Seen first = seen.get(index);
        Side one = new Side(first == null ? "a new machine" : first.who(), "");
        report(
                machine,
                new Finding(
                        kind,
                        index,
                        command,
                        one,
                        new Side(machine.who(), ""),
                        then.differences(now),
                        machine.loadedAt()));
    }

    /** The state at an index; null if nobody was seen there. */
    private @Nullable Picture picture(long index) {
        if (index > 0) {
            Seen there = seen.get(index);
            return there == null ? null : there.picture();
        }
        try {
            return kit.picture(kit.factory().get());
        } catch (IOException e) {
            return null; // Whoever saves an empty machine next is told.
        }
    }

    private void report(WatchedMachine<S, C, R> machine, Finding found) {
        if (finding == null) {
            finding = found;
        }
        machine.cluster().report(kit.name() + " " + found.kind().text());
    }
}
