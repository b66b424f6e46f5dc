package io.jangada.benchmarks.contender;

import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.cluster.codecs.CloseReason;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.logbuffer.Header;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/** The map as a clustered service; answers each command with its number. */
final class AeronService implements ClusteredService {
    /** The number that a client gave a command stands before it. */
    static final int NUMBER_BYTES = Long.BYTES;

    private final KvMap map = new KvMap();
    private final MutableDirectBuffer reply = new ExpandableArrayBuffer();
    private @Nullable Cluster cluster;
    private volatile Cluster.@Nullable Role role;

    KvMap map() {
        return map;
    }

    Cluster.@Nullable Role role() {
        return role;
    }

    @Override
    public void onStart(Cluster started, @Nullable Image snapshot) {
        cluster = started;
        role = started.role();
    }

    @Override
    public void onSessionMessage(
            @Nullable ClientSession session,
            long timestamp,
            DirectBuffer buffer,
            int offset,
            int length,
            Header header) {
        map.apply(command(buffer, offset + NUMBER_BYTES, length - NUMBER_BYTES));
        if (session == null || cluster == null) {
            return;
        }
        reply.putLong(0, buffer.getLong(offset));
        while (session.offer(reply, 0, NUMBER_BYTES) < 0 && !session.isClosing()) {
            cluster.idleStrategy().idle();
        }
    }

    private static ByteBuffer command(DirectBuffer buffer, int offset, int length) {
        ByteBuffer bytes = buffer.byteBuffer();
        if (bytes != null) {
            int start = buffer.wrapAdjustment() + offset;
            return bytes.duplicate().limit(start + length).position(start);
        }
        int start = buffer.wrapAdjustment() + offset;
        return ByteBuffer.wrap(buffer.byteArray(), start, length);
    }

    @Override
    public void onRoleChange(Cluster.Role newRole) {
        role = newRole;
    }

    @Override
    public void onSessionOpen(ClientSession session, long timestamp) {}

    @Override
    public void onSessionClose(ClientSession session, long timestamp, CloseReason reason) {}

    @Override
    public void onTimerEvent(long correlationId, long timestamp) {}

    @Override
    public void onTakeSnapshot(ExclusivePublication publication) {}

    @Override
    public void onTerminate(Cluster terminated) {}
}
