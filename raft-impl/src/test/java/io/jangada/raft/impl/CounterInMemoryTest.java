package io.jangada.raft.impl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The first program of a newcomer, on memory alone. */
class CounterInMemoryTest {
    record Add(long n) {}

    static final class Counter implements StateMachine<Add, Long> {
        private long value;

        @Override
        public Long apply(Add command, Applied at) {
            return value += command.n();
        }

        @Override
        public void save(SnapshotWriter out) throws IOException {
            out.writeLong(value);
        }

        @Override
        public void load(SnapshotReader in) throws IOException {
            value = in.readLong();
        }

        long value() {
            return value;
        }
    }

    private static final RaftConfig QUICK =
            RaftConfig.builder()
                    .electionTimeout(Duration.ofMillis(150))
                    .heartbeatInterval(Duration.ofMillis(30))
                    .build();

    @Test
    void oneNodeAlone() throws Exception {
        try (var raft =
                Raft.inMemory("n1")
                        .start(new Counter(), Codec.of(Add.class), Codec.of(Long.class))) {
            assertEquals(1, raft.write(new Add(1)).get());
            assertEquals(3, raft.write(new Add(2)).get());
            assertEquals(3, raft.<Long>read(Counter::value).get());
        }
    }

    @Test
    void threeNodesWriteAndReadOnAnyOfThem() throws Exception {
        List<RaftGroup<Counter, Add, Long>> nodes = new ArrayList<>();
        for (String id : List.of("n1", "n2", "n3")) {
            nodes.add(
                    Raft.inMemory(id)
                            .peers("n1=three:1", "n2=three:2", "n3=three:3")
                            .config(QUICK)
                            .start(new Counter(), Codec.of(Add.class), Codec.of(Long.class)));
        }
        try {
            long expected = 0;
            for (int round = 1; round <= 20; round++) {
                for (RaftGroup<Counter, Add, Long> node : nodes) {
                    expected += round;
                    assertEquals(expected, node.write(new Add(round)).get());
                }
                for (RaftGroup<Counter, Add, Long> node : nodes) {
                    assertEquals(expected, node.<Long>read(Counter::value).get());
                    assertEquals(expected, node.<Long>read(ReadMode.LEASE, Counter::value).get());
                }
            }
            List<CompletableFuture<Long>> many = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                many.add(nodes.get(i % 3).write(new Add(1)));
            }
            CompletableFuture.allOf(many.toArray(CompletableFuture[]::new)).get();
            assertEquals(expected + 3000, nodes.get(0).<Long>read(Counter::value).get());
        } finally {
            nodes.forEach(RaftGroup::close);
        }
    }
}
