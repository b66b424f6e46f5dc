package io.jangada.raft.storage.chronicle;

import io.jangada.raft.storage.segment.SegmentLogStore;

/**
 * A durable log for all groups of a node, in one folder, on Chronicle Queue: a {@link
 * SegmentLogStore} whose segments are written by Chronicle, through mapped files. Files, promises,
 * recovery and tools are the same, and a folder may be opened with the one or with the other.
 */
public final class ChronicleLogStore {
    private ChronicleLogStore() {}

    /**
     * A builder with the defaults.
     *
     * @return a new builder
     */
    public static SegmentLogStore.Builder builder() {
        return builder(true);
    }

    /**
     * A builder that says what may be done to the JVM.
     *
     * @param openJdkPackages whether the store may open the packages of the JDK that Chronicle
     *     needs when the flags for it are missing, which is the default. False: opening then fails
     *     with a message that shows the flags
     * @return a new builder
     */
    public static SegmentLogStore.Builder builder(boolean openJdkPackages) {
        return SegmentLogStore.builder().appenders(new ChronicleAppender.Factory(openJdkPackages));
    }
}
