package io.jangada.examples.kv;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.raft.spi.StateMachine;
import io.jangada.raft.spi.testkit.StateMachineContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class KvStateMachineContractTest extends StateMachineContract<KvCommand, KvResult> {
    @Override
    protected StateMachine<KvCommand, KvResult> newMachine() {
        return new KvStateMachine();
    }

    @Override
    protected KvCommand randomCommand(Random random) {
        if (random.nextInt(5) > 0) {
            return single(random);
        }
        List<KvCommand> commands = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            commands.add(single(random));
        }
        return new KvCommand.Batch(commands);
    }

    private static KvCommand single(Random random) {
        return switch (random.nextInt(30)) {
            case 0 -> new KvCommand.Clear();
            case 1, 2, 3 -> new KvCommand.Add(key(random), random.nextLong());
            case 4, 5, 6 -> new KvCommand.Append(key(random), value(random), 12);
            case 7, 8, 9 -> new KvCommand.CompareAndSet(key(random), value(random), value(random));
            case 10, 11 -> new KvCommand.Take(key(random));
            case 12, 13, 14 -> new KvCommand.Delete(List.of(key(random), key(random)));
            case 15, 16, 17 ->
                    new KvCommand.PutAll(
                            List.of(key(random), value(random), key(random), value(random)));
            default ->
                    new KvCommand.Put(
                            key(random),
                            value(random),
                            any(random, KvCommand.When.values()),
                            any(random, KvCommand.Answer.values()));
        };
    }

    private static byte[] key(Random random) {
        return ("key-" + random.nextInt(12)).getBytes(UTF_8);
    }

    private static byte[] value(Random random) {
        return Integer.toString(random.nextInt(8)).getBytes(UTF_8);
    }

    private static <T> T any(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }
}
