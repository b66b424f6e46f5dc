package io.jangada.examples.kv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.jangada.raft.api.Codec;
import io.jangada.raft.spi.testkit.HostileInput;
import io.jangada.raft.spi.testkit.HostileInputContract;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;

/** Commands and results that no codec wrote: refused, or understood as something that exists. */
@Tag("long")
class HostileCommandsTest implements HostileInputContract {
    private static final byte[] KEY = "key".getBytes(UTF_8);
    private static final byte[] VALUE = "a longer value".getBytes(UTF_8);

    static Stream<HostileInput> targets() {
        return Stream.of(
                        target("kv-commands", new KvCommandCodec(), commands()),
                        target("kv-results", new KvResultCodec(), results()))
                .filter(HostileInput::isWanted);
    }

    private static <T> HostileInput target(String name, Codec<T> codec, List<T> values) {
        return HostileInput.into(
                        HostileCommandsTest.class,
                        name,
                        input -> {
                            T taken = codec.decode(ByteBuffer.wrap(input));
                            byte[] again = codec.encode(taken);
                            assertArrayEquals(
                                    again, codec.encode(codec.decode(ByteBuffer.wrap(again))));
                            return taken.getClass().getSimpleName();
                        })
                .from(values.stream().map(codec::encode).toList())
                .refusedWith(IllegalArgumentException.class)
                .mayAllocate(256 << 10, 200);
    }

    private static List<KvCommand> commands() {
        KvCommand put = new KvCommand.Put(KEY, VALUE, KvCommand.When.ALWAYS, KvCommand.Answer.OK);
        List<KvCommand> single =
                List.of(
                        put,
                        new KvCommand.PutAll(List.of(KEY, VALUE, VALUE, KEY)),
                        new KvCommand.Append(KEY, VALUE, 1000),
                        new KvCommand.Add(KEY, -5),
                        new KvCommand.CompareAndSet(KEY, VALUE, KEY),
                        new KvCommand.Take(KEY),
                        new KvCommand.Delete(List.of(KEY, VALUE)),
                        new KvCommand.Clear());
        return Stream.concat(single.stream(), Stream.of(new KvCommand.Batch(single))).toList();
    }

    private static List<KvResult> results() {
        List<KvResult> single =
                List.of(
                        new KvResult.Ok(),
                        new KvResult.Nil(),
                        new KvResult.Int(Long.MIN_VALUE),
                        new KvResult.Value(VALUE),
                        new KvResult.Refused("no: ü"));
        return Stream.concat(single.stream(), Stream.of(new KvResult.Many(single))).toList();
    }
}
