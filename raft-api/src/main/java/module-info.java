/**
 * Jangada's public face: what an application holds ({@code io.jangada.raft.api}) and what it or an
 * extension supplies ({@code io.jangada.raft.spi}). Depends on the JDK alone.
 */
module io.jangada.raft.api {
    requires static transitive org.jspecify;

    exports io.jangada.raft.api;
    exports io.jangada.raft.spi;

    uses io.jangada.raft.spi.RaftProvider;
    uses io.jangada.raft.spi.CodecProvider;
    uses io.jangada.raft.spi.LogStoreProvider;
    uses io.jangada.raft.spi.StoreTools;
    uses io.jangada.raft.spi.TransportProvider;
}
