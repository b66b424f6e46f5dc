package io.jangada.raft.testkit;

import io.jangada.raft.api.Codec;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The user's state machine, and how to handle it.
 *
 * @param factory makes an empty one
 * @param commands encodes its commands
 * @param results encodes its results
 * @param fingerprint what is compared instead of its fields; null for the fields
 */
record MachineKit<S extends StateMachine<C, R>, C, R>(
        Supplier<? extends S> factory,
        Codec<C> commands,
        Codec<R> results,
        @Nullable Function<? super S, ?> fingerprint) {

    /** What its class is called. */
    String name() {
        Class<?> type = factory.get().getClass();
        return type.getSimpleName().isEmpty() ? type.getName() : type.getSimpleName();
    }

    Picture picture(S machine) throws IOException {
        String text =
                fingerprint == null
                        ? StateText.of(machine)
                        : StateText.of("fingerprint", fingerprint.apply(machine));
        return new Picture(ByteBuffer.wrap(save(machine)), text);
    }

    byte[] save(S machine) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SnapshotWriter out = new SnapshotWriter(bytes)) {
            machine.save(out);
        }
        return bytes.toByteArray();
    }

    void load(S machine, byte[] saved) throws IOException {
        try (SnapshotReader in = new SnapshotReader(new ByteArrayInputStream(saved))) {
            machine.load(in);
        }
    }

    C command(ByteBuffer encoded) {
        return commands.decode(encoded.asReadOnlyBuffer());
    }

    ByteBuffer encoded(R result) {
        return ByteBuffer.wrap(results.encode(result));
    }
}
