package io.jangada.examples.kv;

import io.jangada.examples.kv.KvCommand.Add;
import io.jangada.examples.kv.KvCommand.Answer;
import io.jangada.examples.kv.KvCommand.Append;
import io.jangada.examples.kv.KvCommand.Batch;
import io.jangada.examples.kv.KvCommand.Clear;
import io.jangada.examples.kv.KvCommand.CompareAndSet;
import io.jangada.examples.kv.KvCommand.Delete;
import io.jangada.examples.kv.KvCommand.Put;
import io.jangada.examples.kv.KvCommand.PutAll;
import io.jangada.examples.kv.KvCommand.Take;
import io.jangada.examples.kv.KvCommand.When;
import io.jangada.raft.api.Codec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A letter for the command, then its fields in the order of their declaration, as {@link
 * FieldWriter} writes them; a {@code Put} has a letter each for condition and answer. So {@code SET
 * a 1} reads {@code P*o<1>a<1>1} in the log. Letters are never used again for something else.
 */
final class KvCommandCodec implements Codec<KvCommand> {
    /** The size of the encoded command in bytes. */
    static int size(KvCommand command) {
        return FieldWriter.measure(out -> write(out, command));
    }

    @Override
    public byte[] encode(KvCommand command) {
        return FieldWriter.write(out -> write(out, command));
    }

    @Override
    public KvCommand decode(ByteBuffer bytes) {
        return FieldReader.readAll(bytes, in -> read(in, true));
    }

    private static void write(FieldWriter out, KvCommand command) {
        if (command instanceof Put put) {
            out.letter('P')
                    .letter(put.when().letter())
                    .letter(put.answer().letter())
                    .bytes(put.key())
                    .bytes(put.value());
        } else if (command instanceof PutAll putAll) {
            out.letter('M').list(putAll.keysAndValues());
        } else if (command instanceof Append append) {
            out.letter('A')
                    .bytes(append.key())
                    .bytes(append.suffix())
                    .count(append.valueBytesMax());
        } else if (command instanceof Add add) {
            out.letter('+').bytes(add.key()).number(add.delta());
        } else if (command instanceof CompareAndSet cas) {
            out.letter('C').bytes(cas.key()).bytes(cas.expected()).bytes(cas.value());
        } else if (command instanceof Take take) {
            out.letter('T').bytes(take.key());
        } else if (command instanceof Delete delete) {
            out.letter('D').list(delete.keys());
        } else if (command instanceof Clear) {
            out.letter('F');
        } else if (command instanceof Batch batch) {
            out.letter('B').count(batch.commands().size());
            batch.commands().forEach(c -> write(out, c));
        } else {
            throw new AssertionError("no letter for " + command.getClass());
        }
    }

    private static KvCommand read(FieldReader in, boolean outermost) {
        char letter = in.letter();
        return switch (letter) {
            case 'P' -> readPut(in);
            case 'M' -> new PutAll(in.list());
            case 'A' -> new Append(in.bytes(), in.bytes(), in.count());
            case '+' -> new Add(in.bytes(), in.number());
            case 'C' -> new CompareAndSet(in.bytes(), in.bytes(), in.bytes());
            case 'T' -> new Take(in.bytes());
            case 'D' -> new Delete(in.list());
            case 'F' -> new Clear();
            case 'B' -> readBatch(in, outermost);
            default -> throw new IllegalArgumentException("no command has letter " + (int) letter);
        };
    }

    private static Put readPut(FieldReader in) {
        When when = withLetter(in.letter(), When.values(), When::letter);
        Answer answer = withLetter(in.letter(), Answer.values(), Answer::letter);
        return new Put(in.bytes(), in.bytes(), when, answer);
    }

    private static <T> T withLetter(char letter, T[] values, Function<T, Character> letterOf) {
        for (T value : values) {
            if (letterOf.apply(value) == letter) {
                return value;
            }
        }
        throw new IllegalArgumentException("letter " + (int) letter + " in a put");
    }

    /**
     * Refuses a batch in a batch before going into it, so that no bytes make this recurse deeply.
     */
    private static Batch readBatch(FieldReader in, boolean outermost) {
        if (!outermost) {
            throw new IllegalArgumentException("a batch within a batch");
        }
        int count = in.countOfAtLeastByteEach();
        List<KvCommand> commands = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            commands.add(read(in, false));
        }
        return new Batch(commands);
    }
}
