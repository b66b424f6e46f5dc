package io.jangada.benchmarks.micro;

import io.jangada.raft.impl.codec.Envelope;
import io.jangada.raft.impl.codec.MessageCodec;
import io.jangada.raft.spi.OutboundFrame;
import java.nio.ByteBuffer;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** AppendEntries as bytes and back. */
@State(Scope.Thread)
public class CodecFrames {
    /** Entries in the message, of 272 bytes each. */
    @Param({"1", "32"})
    public int entries;

    private List<Envelope> envelopes = List.of();
    private ByteBuffer frame = ByteBuffer.allocate(0);

    /** A state without a message. */
    public CodecFrames() {}

    /** Makes the message and its frame. */
    @Setup
    public void setUp() {
        envelopes = List.of(new Envelope(Micro.GROUP, Micro.appendEntries(1, 1, entries)));
        frame = ByteBuffer.allocateDirect(MessageCodec.encode(envelopes).size());
        encode();
    }

    /**
     * Into a direct buffer.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuffer encode() {
        OutboundFrame encoded = MessageCodec.encode(envelopes);
        frame.clear();
        encoded.writeTo(frame);
        return frame.flip();
    }

    /**
     * From a direct buffer.
     *
     * @return the message
     */
    @Benchmark
    public List<Envelope> decode() {
        return MessageCodec.decode(frame.duplicate());
    }
}
