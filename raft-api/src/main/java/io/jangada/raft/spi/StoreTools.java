package io.jangada.raft.spi;

import io.jangada.raft.api.Member;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * Work on the data folder of a node that does not run: looking into its log, and the way out after
 * the loss of a majority. Found by {@link ServiceLoader}, as stores are.
 *
 * <p><b>Threading.</b> Any thread; every method blocks on the disk.
 *
 * <p><b>Ownership.</b> Everything handed out is an immutable value. Nothing stays open.
 *
 * <p><b>Ordering.</b> {@link #records} follows the log.
 *
 * <p><b>Durability.</b> What {@link #recover} did is durable when it returns. A crash within it
 * leaves a folder that no node opens and in which {@code recover} can be called again. All other
 * methods change nothing.
 *
 * <p><b>Failure.</b> {@link StoreException} with one sentence that names the folder or file and
 * what to do. Damage is told in the answers, where they have a place for it.
 */
public interface StoreTools {
    /**
     * The tools of the store on the class path.
     *
     * @return the tools
     * @throws IllegalStateException if there is none
     */
    static StoreTools load() {
        return ServiceLoader.load(StoreTools.class)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "no store with tools is on the class path: add"
                                                + " raft-storage-chronicle"));
    }

    /**
     * Reads the log record by record, in memory of some bytes per entry. A folder in use can be
     * read: the answer says so, and what is being written may be missing.
     *
     * @param folder a data folder
     * @param filter which records to tell of
     * @param to takes each record, and each damaged place, in the order of the log
     * @return what was found in all of the log, whatever the filter
     * @throws StoreException if it is no data folder or cannot be read
     */
    LogReport records(Path folder, RecordFilter filter, Consumer<StoredRecord> to);

    /**
     * What a node has, group by group.
     *
     * @param folder a data folder, not in use
     * @return the summary; of damaged groups it says what is wrong
     * @throws StoreException if it is no data folder, is in use, or is damaged as a whole
     */
    StoreSummary describe(Path folder);

    /**
     * What {@link #recover} would do, without doing it.
     *
     * @param folder the data folder of a survivor, not in use
     * @param survivors as for {@link #recover}
     * @return the plan
     * @throws StoreException as for {@link #recover}
     */
    RecoveryPlan planRecovery(Path folder, List<Member> survivors);

    /**
     * Gives the groups of a node a configuration of survivors alone, and the node a new cluster id,
     * after a majority was lost for good. Entries that only lost nodes had are lost, and entries
     * that were never acknowledged may come to be applied. To be run on every survivor, with the
     * same list, before any of them is started.
     *
     * <p>What makes it safe is that all survivors of a group must take part in its first election,
     * so that the one with the longest log wins, see {@code docs/operations.md}. Hence at most four
     * survivors; further nodes join later, empty and under new ids.
     *
     * @param folder the data folder of a survivor, not in use
     * @param survivors one to four nodes that still have their data folders, with the addresses
     *     under which they will run
     * @return what was done
     * @throws StoreException if this node is not among the survivors, if nothing needs recovery, if
     *     the folder is in use, or if it is damaged
     */
    RecoveryPlan recover(Path folder, List<Member> survivors);
}
