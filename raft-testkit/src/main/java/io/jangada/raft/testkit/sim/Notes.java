package io.jangada.raft.testkit.sim;

/** Kinds of events in a trace's hash. */
final class Notes {
    static final long CUT = 1;
    static final long HOLD = 2;
    static final long LOST = 3;
    static final long ARRIVE = 4;
    static final long APPEND = 5;
    static final long SYNC = 6;
    static final long DISK_FAULT = 7;
    static final long START = 8;
    static final long CRASH = 9;
    static final long PAUSE = 10;
    static final long CLOCK = 11;
    static final long APPLY = 12;
    static final long STATUS = 13;
    static final long CLIENT = 14;
    static final long SNAPSHOT = 15;
    static final long BULK = 16;
    static final long CHANGE = 17;

    private Notes() {}
}
