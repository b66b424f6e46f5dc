package io.jangada.raft.impl.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Codec;
import io.jangada.raft.impl.codec.BulkMessage.Chunk;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.spi.testkit.GoldenFiles;
import io.jangada.raft.spi.testkit.GoldenFiles.GoldenFile;
import io.jangada.raft.spi.testkit.HostileInput;
import io.jangada.raft.spi.testkit.HostileInputContract;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;

/**
 * Frames that no node sent, and values that no codec wrote: refused in one way, or understood as
 * something that a node could have sent.
 */
@Tag("long")
class HostileFramesTest implements HostileInputContract {
    static Stream<HostileInput> targets() {
        return Stream.of(
                        target("messages", HostileFramesTest::message)
                                .from(golden("messages"))
                                .refusedWith(BadFrameException.class)
                                // A few bytes are a few objects, written again and told in words.
                                .mayAllocate(256 << 10, 400),
                        target("bulk", HostileFramesTest::bulkMessage)
                                .from(golden("bulk"))
                                .refusedWith(BadFrameException.class),
                        target("records", HostileFramesTest::record)
                                .from(golden("records"))
                                .refusedWith(IllegalArgumentException.class)
                                .mayAllocate(256 << 10, 100),
                        target("nested-records", HostileFramesTest::tree)
                                .from(List.of(treeOf(1), treeOf(10), treeOf(60)))
                                .refusedWith(IllegalArgumentException.class)
                                .mayAllocate(1 << 20, 200))
                .filter(HostileInput::isWanted);
    }

    private static HostileInput target(String name, HostileInput.Target target) {
        return HostileInput.into(HostileFramesTest.class, name, target);
    }

    private static List<byte[]> golden(String part) {
        return GoldenFiles.all(part).map(GoldenFile::bytes).toList();
    }

    /** What is taken can be sent on, in as much room as is promised, and is then the same. */
    private static String message(byte[] input) {
        List<Envelope> taken = Frames.decode(input);
        byte[] frame = Frames.encode(taken);
        assertEquals(taken, Frames.decode(frame));
        long sizeMax = 1 + taken.stream().mapToLong(e -> MessageCodec.sizeMax(e.message())).sum();
        assertTrue(frame.length <= sizeMax, frame.length + " bytes, at most " + sizeMax);
        return taken.stream()
                .map(Envelope::message)
                .map(Message::getClass)
                .map(Class::getSimpleName)
                .distinct()
                .limit(3)
                .collect(Collectors.joining(" "));
    }

    private static String bulkMessage(byte[] input) {
        BulkMessage taken = BulkCodec.decode(ByteBuffer.wrap(input));
        if (taken instanceof Chunk chunk) {
            assertTrue(chunk.content().length <= BulkMessage.CHUNK_BYTES_MAX);
        }
        return taken.getClass().getSimpleName();
    }

    private static String record(byte[] input) {
        Codec<GoldenFramesTest.Order> codec = Codec.of(GoldenFramesTest.Order.class);
        GoldenFramesTest.Order taken = codec.decode(ByteBuffer.wrap(input));
        assertEquals(taken.items(), codec.decode(ByteBuffer.wrap(codec.encode(taken))).items());
        return "order of " + Math.min(3, taken.items().size());
    }

    /** A record that may hold records of its own type. */
    record Tree(String name, Optional<Tree> left, List<Tree> more) {}

    private static byte[] treeOf(int depth) {
        Tree tree = new Tree("leaf", Optional.empty(), List.of());
        for (int i = 1; i < depth; i++) {
            tree = new Tree("n" + i, Optional.of(tree), i % 3 == 0 ? List.of(tree) : List.of());
            if (i > 8) {
                tree = new Tree("n" + i, tree.left(), List.of());
            }
        }
        return Codec.of(Tree.class).encode(tree);
    }

    private static String tree(byte[] input) {
        Codec<Tree> codec = Codec.of(Tree.class);
        Tree taken = codec.decode(ByteBuffer.wrap(input));
        assertEquals(taken, codec.decode(ByteBuffer.wrap(codec.encode(taken))));
        return "tree";
    }
}
