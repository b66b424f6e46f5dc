package io.jangada.raft.impl.codec;

import io.protostuff.LinkedBuffer;
import io.protostuff.ProtobufOutput;
import java.io.IOException;

/** One output per thread, so that encoding makes no garbage but its result. */
final class Outputs {
    /** What an output keeps between uses; longer messages chain further buffers for a while. */
    private static final int KEPT_BYTES = 8 << 10;

    private static final ThreadLocal<Outputs> OF_THREAD = ThreadLocal.withInitial(Outputs::new);

    private final ProtobufOutput output = new ProtobufOutput(LinkedBuffer.allocate(KEPT_BYTES));
    private boolean inUse;

    private Outputs() {}

    /** Writes something. */
    interface Writing {
        void writeTo(ProtobufOutput out) throws IOException;
    }

    /** The bytes of what is written, in an array of their own. */
    static byte[] bytesOf(Writing writing) throws IOException {
        Outputs outputs = OF_THREAD.get();
        if (outputs.inUse) {
            // The accessor of a record encodes something itself. Odd, but no reason to mix the two.
            return write(new ProtobufOutput(LinkedBuffer.allocate()), writing);
        }
        outputs.inUse = true;
        try {
            return write(outputs.output, writing);
        } finally {
            outputs.output.clear();
            outputs.inUse = false;
        }
    }

    private static byte[] write(ProtobufOutput out, Writing writing) throws IOException {
        writing.writeTo(out);
        return out.toByteArray();
    }
}
