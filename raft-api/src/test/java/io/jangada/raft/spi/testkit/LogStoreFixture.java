package io.jangada.raft.spi.testkit;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** One store per test, with one log that most tests need. */
abstract class LogStoreFixture {
    /** Written into every store that a test creates. */
    static final StoreIdentity IDENTITY =
            new StoreIdentity("testers", NodeId.of("n1"), StoreId.of(0x1234, 0xfedc));

    /** Tag of a test whose node does not know its cluster yet. */
    static final String JOINER = "joiner";

    static final StoreIdentity JOINING = new StoreIdentity("", IDENTITY.node(), IDENTITY.store());

    private @Nullable LogStore store;
    private @Nullable OpenLog open;
    private int groupNumber = 1;

    /**
     * Makes a new, empty store. Called once per test, first.
     *
     * @param identity whose store it is
     * @return the store
     * @throws Exception fails the test
     */
    protected abstract LogStore create(StoreIdentity identity) throws Exception;

    /**
     * Opens the store of this test again, after the last one was closed. Called only if {@link
     * #durable()}.
     *
     * @return the store as recovered
     * @throws Exception fails the test
     */
    protected abstract LogStore reopen() throws Exception;

    /**
     * Whether data outlives the store. Of a store that says no, a restart only closes the logs and
     * opens them again.
     *
     * @return true, unless overridden
     */
    protected boolean durable() {
        return true;
    }

    @BeforeEach
    void createStore(TestInfo test) throws Exception {
        store = create(test.getTags().contains(JOINER) ? JOINING : IDENTITY);
    }

    @AfterEach
    void closeStore() {
        closeLog();
        store().close();
    }

    final LogStore store() {
        if (store == null) {
            throw new AssertionError("create() has not been called yet");
        }
        return store;
    }

    /** The group of {@link #openLog()}. */
    final GroupId group() {
        return GroupId.of("g" + groupNumber);
    }

    /** Closes the log; {@link #openLog()} then opens another group's. */
    final void nextGroup() {
        closeLog();
        groupNumber++;
    }

    final OpenLog openLog() {
        open = OpenLog.open(store(), group());
        return open;
    }

    /** Closes the log and the store and opens both anew. */
    final OpenLog restart() {
        restartStore();
        return openLog();
    }

    /** Closes the log and the store and opens the store anew; the caller closed all other logs. */
    final void restartStore() {
        closeLog();
        if (durable()) {
            store().close();
            try {
                store = reopen();
            } catch (Exception e) {
                throw new AssertionError("the store does not open again", e);
            }
        }
    }

    private void closeLog() {
        if (open != null) {
            open.log().close();
            open = null;
        }
    }
}
