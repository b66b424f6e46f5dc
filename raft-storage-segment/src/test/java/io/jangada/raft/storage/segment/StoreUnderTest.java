package io.jangada.raft.storage.segment;

import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Which way of writing segments these tests are about: whole pages, unless a service on the class
 * path has another one.
 */
public interface StoreUnderTest {
    /**
     * The one.
     *
     * @return never null
     */
    static StoreUnderTest get() {
        return ServiceLoader.load(StoreUnderTest.class).findFirst().orElseGet(Pages::new);
    }

    /**
     * How it is opened.
     *
     * @return a new builder
     */
    SegmentLogStore.Builder builder();

    /**
     * How it names its files.
     *
     * @return makes appenders
     */
    SegmentAppender.Factory files();

    /**
     * Whether a file is a segment that is being written, or was when its writer was killed.
     *
     * @param file in a folder of a log
     * @return by its name
     */
    default boolean isWritten(Path file) {
        int segment = SegmentNames.segmentOf(file.getFileName().toString());
        return segment != 0 && files().file(Disk.above(file), segment).endsWith(file.getFileName());
    }

    /**
     * How much more a segment must hold for the same writes than one in which records follow each
     * other closely.
     *
     * @return a power of two
     */
    int spread();

    /**
     * What a JVM that runs it is started with.
     *
     * @return flags
     */
    List<String> jvmFlags();

    /** Whole pages. */
    final class Pages implements StoreUnderTest {
        @Override
        public SegmentLogStore.Builder builder() {
            return SegmentLogStore.builder();
        }

        @Override
        public SegmentAppender.Factory files() {
            return new PageAppender.Factory(Disk.SYSTEM);
        }

        @Override
        public int spread() {
            return 4;
        }

        @Override
        public List<String> jvmFlags() {
            return List.of();
        }
    }
}
