package io.jangada.quickstart;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftBuilder;
import java.nio.file.Path;

/** Adds one each time it is run, and shows what the counter then holds. */
final class Start {
    private Start() {}

    /** Where Java begins. */
    public static void main(String[] args) throws Exception {
        // README: start
        try (var raft =
                Raft.at("n1", Path.of("data"))
                        .start(new Counter(), Codec.of(Add.class), Codec.of(Long.class))) {
            long after = raft.write(new Add(1)).get(); // committed, applied, exactly once
            long now = raft.read(Counter::value).get(); // linearizable
            System.out.println("after " + after + ", now " + now);
        }
        // README: end
    }

    /** One of three nodes, each a process on a machine of its own; not started. */
    static RaftBuilder oneOfThree() {
        // README: peers
        var node = Raft.at("n1", Path.of("data")).peers("n1=h1:7000", "n2=h2:7000", "n3=h3:7000");
        // README: end
        return node;
    }
}
