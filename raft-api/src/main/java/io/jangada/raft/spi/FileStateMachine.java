package io.jangada.raft.spi;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SortedMap;

/**
 * A state machine that keeps its state in files of its own, for example those of an embedded
 * database. The library moves the files as they are; {@link StateMachine#save} and {@link
 * StateMachine#load} are not called.
 */
public interface FileStateMachine {
    /** Files that hold the state at one moment and do not change until closed. */
    interface FrozenFiles extends AutoCloseable {
        /**
         * The files by the names under which {@link FileStateMachine#adopt} gets them, for example
         * hard links made for this purpose.
         *
         * @return relative names with {@code /} between folders, to readable files
         */
        SortedMap<String, Path> files();

        @Override
        void close();
    }

    /**
     * Freezes the state of now. Called between two applies, and should be quick.
     *
     * @return its files
     * @throws IOException if that fails
     */
    FrozenFiles freeze() throws IOException;

    /**
     * Replaces the whole state by that of some files.
     *
     * @param folder holds the files under their names; it is deleted afterwards, so move or copy
     *     what is to stay
     * @throws IOException if that fails, or the files do not hold such a state
     */
    void adopt(Path folder) throws IOException;
}
