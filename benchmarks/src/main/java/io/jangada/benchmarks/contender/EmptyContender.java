package io.jangada.benchmarks.contender;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Applies to three maps on the caller's thread and completes at once: what remains is the cost of
 * the harness and of the state machines.
 */
final class EmptyContender implements Contender {
    private List<KvMap> maps = List.of();

    @Override
    public Set<Trait> traits() {
        return EnumSet.of(Trait.BASELINE, Trait.INDEX_READS, Trait.LEASE_READS);
    }

    @Override
    public void start(ClusterSpec spec) {
        maps = Stream.generate(KvMap::new).limit(ClusterSpec.NODES).toList();
    }

    @Override
    public int leader() {
        return 0;
    }

    @Override
    public void write(int node, byte[] command, Completion done) {
        for (KvMap map : maps) {
            map.apply(command);
        }
        done.succeed();
    }

    @Override
    public void read(int node, ReadKind kind, KvMap.Key key, Completion done) {
        done.accept(maps.get(node).get(key), null);
    }

    @Override
    public void readNow(int node, KvMap.Key key) {
        maps.get(node).get(key);
    }

    @Override
    public List<KvMap> maps() {
        return maps;
    }

    @Override
    public void close() {}
}
