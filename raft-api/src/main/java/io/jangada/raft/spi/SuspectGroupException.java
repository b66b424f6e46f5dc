package io.jangada.raft.spi;

/** This copy of a group is damaged: it may have lost something that was confirmed. */
public final class SuspectGroupException extends StoreException {
    private static final long serialVersionUID = 1;

    private final boolean hardStateIntact;

    /**
     * Says what and where.
     *
     * @param message one sentence
     * @param hardStateIntact whether term and vote are proven to be the last ones written
     */
    public SuspectGroupException(String message, boolean hardStateIntact) {
        super(message, null);
        this.hardStateIntact = hardStateIntact;
    }

    /**
     * Whether term and vote are proven intact, so that the group can be rebuilt from its peers
     * under the same identity; otherwise it has forgotten its promises (rule Z33).
     *
     * @return true if {@link LogStore#openForRebuild} is possible
     */
    public boolean hardStateIntact() {
        return hardStateIntact;
    }
}
