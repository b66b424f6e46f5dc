package io.jangada.benchmarks.contender;

import io.jangada.raft.api.Raft;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.ratis.rpc.SupportedRpcType;

/** All contenders by name, in the order in which they are shown. */
public final class Contenders {
    private static final Map<String, Supplier<Contender>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("empty", EmptyContender::new);
        ALL.put(
                "jangada-segment",
                () -> JangadaContender.durable((id, data) -> Raft.at(id, data).store("segment")));
        ALL.put(
                "jangada-chronicle",
                () -> JangadaContender.durable((id, data) -> Raft.at(id, data).store("chronicle")));
        ALL.put("jangada-memory", JangadaContender::inMemory);
        ALL.put("microraft-memory", MicroRaftContender::new);
        ALL.put("jraft-rocksdb", JraftContender::rocksDb);
        ALL.put("jraft-segment", JraftContender::segments);
        ALL.put("ratis-netty", () -> new RatisContender(SupportedRpcType.NETTY));
        ALL.put("ratis-grpc", () -> new RatisContender(SupportedRpcType.GRPC));
        ALL.put("aeron-cluster", AeronContender::new);
    }

    private Contenders() {}

    /**
     * The names.
     *
     * @return in order
     */
    public static Set<String> names() {
        return Collections.unmodifiableSet(ALL.keySet());
    }

    /**
     * A contender that was not started.
     *
     * @param name one of {@link #names()}
     * @return the contender
     */
    public static Contender create(String name) {
        Supplier<Contender> contender = ALL.get(name);
        if (contender == null) {
            throw new IllegalArgumentException("there is no contender " + name);
        }
        return contender.get();
    }

    /**
     * Removes what a process that was killed may have left outside its folder.
     *
     * @param pid its id
     */
    public static void removeRemains(long pid) {
        AeronContender.removeRemains(pid);
    }
}
