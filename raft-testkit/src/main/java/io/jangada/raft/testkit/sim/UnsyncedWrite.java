package io.jangada.raft.testkit.sim;

/**
 * A piece of what a disk was asked to keep and that no completed sync covers: a power failure may
 * spare it or not.
 *
 * <p>Each change of a file's name is for itself. Of the log, and of the content of one file, a lost
 * piece takes those behind it along: nothing reads beyond a gap, or a piece that fails its checksum
 * because it is torn.
 *
 * @param number counts them from 1, in the order of {@link SimDisk#unsynced()}
 * @param kind where it belongs
 * @param text what it is, in words
 */
public record UnsyncedWrite(int number, Kind kind, String text) {
    /** Where an unsynced write belongs. */
    public enum Kind {
        /** A record of the log. */
        LOG,
        /** A file got a name, changed it, or was deleted. */
        NAME,
        /** A piece of a file's content. */
        CONTENT
    }

    /** As in {@code "3: log: entry 7@2 COMMAND 40 B"}. */
    @Override
    public String toString() {
        return number + ": " + text;
    }
}
