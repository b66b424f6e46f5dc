package io.jangada.examples.kv.chaos;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One server: what stays over its restarts, and the process that runs now. */
final class ChaosNode {
    private final int number;
    private final Path data;
    private final Path log;
    private final int raftPort;
    private final int respPort;
    private final boolean joins;
    private final @Nullable LoopDisk disk;

    private volatile @Nullable ServerProcess process;
    private volatile boolean paused;

    /** At which speed its clocks run; 1 is right. */
    private volatile double clockRate = 1;

    /** Whether a bit of its files was flipped, so that it may refuse to serve at any time. */
    private volatile boolean damaged;

    /**
     * A node without a process.
     *
     * @param joins whether it was not among the founders
     * @param disk the file system that its data lie on, if it has one of its own
     */
    ChaosNode(
            int number,
            Path folder,
            int raftPort,
            int respPort,
            boolean joins,
            @Nullable LoopDisk disk) {
        this.number = number;
        this.data =
                disk == null
                        ? folder.resolve(HostNames.nameOf(number))
                        : disk.folder().resolve("data");
        this.log = folder.resolve(HostNames.nameOf(number) + ".log");
        this.raftPort = raftPort;
        this.respPort = respPort;
        this.joins = joins;
        this.disk = disk;
    }

    int number() {
        return number;
    }

    String name() {
        return HostNames.nameOf(number);
    }

    Path data() {
        return data;
    }

    Path log() {
        return log;
    }

    int raftPort() {
        return raftPort;
    }

    int respPort() {
        return respPort;
    }

    boolean joins() {
        return joins;
    }

    @Nullable LoopDisk disk() {
        return disk;
    }

    /** As the logs of all nodes have it. */
    String raftAddress() {
        return name() + ":" + raftPort;
    }

    /** As {@code --cluster} has it. */
    String member() {
        return name() + "=" + raftAddress();
    }

    @Nullable ServerProcess process() {
        return process;
    }

    void process(@Nullable ServerProcess next) {
        process = next;
        paused = false;
    }

    boolean isRunning() {
        ServerProcess now = process;
        return now != null && now.isAlive();
    }

    boolean isPaused() {
        return paused;
    }

    void paused(boolean is) {
        paused = is;
    }

    double clockRate() {
        return clockRate;
    }

    void clockRate(double rate) {
        clockRate = rate;
    }

    boolean isDamaged() {
        return damaged;
    }

    void setDamaged() {
        damaged = true;
    }

    @Override
    public String toString() {
        return name();
    }
}
