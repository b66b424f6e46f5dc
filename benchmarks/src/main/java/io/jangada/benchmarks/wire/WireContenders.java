package io.jangada.benchmarks.wire;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All of them, in the order in which they are shown. */
public final class WireContenders {
    /** The one that the others are compared with. */
    public static final String BASELINE = "etcd";

    private WireContenders() {}

    /**
     * All of them.
     *
     * @param kvLauncher what starts {@code kv}, in words; empty if it is not known
     * @return by name
     */
    public static Map<String, WireContender> all(List<String> kvLauncher) {
        Map<String, WireContender> all = new LinkedHashMap<>();
        for (WireContender each :
                List.of(
                        new KvContender("chronicle", kvLauncher),
                        new KvContender("segment", kvLauncher),
                        new EtcdContender(),
                        new RedisContender())) {
            all.put(each.name(), each);
        }
        return all;
    }

    /**
     * What was measured against.
     *
     * @return versions by program, without those that are not installed
     */
    public static Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        for (String program : List.of("etcd", "redis-server", "redis-benchmark")) {
            String version = Tools.version(program);
            if (!version.isEmpty()) {
                versions.put(program, version);
            }
        }
        return versions;
    }
}
