package io.jangada.raft.storage.segment;

import io.jangada.raft.storage.chronicle.ChronicleLogStore;
import java.util.List;

/** The tests of the store are run on segments that Chronicle Queue writes. */
public final class ChronicleStore implements StoreUnderTest {
    static final String FLAGS =
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED"
                    + " --add-exports=java.base/sun.nio.ch=ALL-UNNAMED";

    @Override
    public SegmentLogStore.Builder builder() {
        return ChronicleLogStore.builder();
    }

    @Override
    public SegmentAppender.Factory files() {
        return builder().appenders();
    }

    @Override
    public int spread() {
        return 1;
    }

    @Override
    public List<String> jvmFlags() {
        return List.of(FLAGS.split(" "));
    }
}
