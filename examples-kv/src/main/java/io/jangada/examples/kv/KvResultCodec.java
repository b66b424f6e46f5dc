package io.jangada.examples.kv;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.examples.kv.KvResult.Int;
import io.jangada.examples.kv.KvResult.Many;
import io.jangada.examples.kv.KvResult.Nil;
import io.jangada.examples.kv.KvResult.Ok;
import io.jangada.examples.kv.KvResult.Refused;
import io.jangada.examples.kv.KvResult.Value;
import io.jangada.raft.api.Codec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** As {@link KvCommandCodec}; the letters are those that RESP uses for the like. */
final class KvResultCodec implements Codec<KvResult> {
    private static final KvResult OK = new Ok();
    private static final KvResult NIL = new Nil();

    @Override
    public byte[] encode(KvResult result) {
        return FieldWriter.write(out -> write(out, result));
    }

    @Override
    public KvResult decode(ByteBuffer bytes) {
        return FieldReader.readAll(bytes, in -> read(in, true));
    }

    private static void write(FieldWriter out, KvResult result) {
        if (result instanceof Ok) {
            out.letter('+');
        } else if (result instanceof Nil) {
            out.letter('_');
        } else if (result instanceof Int number) {
            out.letter(':').number(number.value());
        } else if (result instanceof Value value) {
            out.letter('$').bytes(value.value());
        } else if (result instanceof Refused refused) {
            out.letter('-').bytes(refused.reason().getBytes(UTF_8));
        } else if (result instanceof Many many) {
            out.letter('*').count(many.results().size());
            many.results().forEach(r -> write(out, r));
        } else {
            throw new AssertionError("no letter for " + result.getClass());
        }
    }

    private static KvResult read(FieldReader in, boolean outermost) {
        char letter = in.letter();
        return switch (letter) {
            case '+' -> OK;
            case '_' -> NIL;
            case ':' -> new Int(in.number());
            case '$' -> new Value(in.bytes());
            case '-' -> new Refused(new String(in.bytes(), UTF_8));
            case '*' -> readMany(in, outermost);
            default -> throw new IllegalArgumentException("no result has letter " + (int) letter);
        };
    }

    private static Many readMany(FieldReader in, boolean outermost) {
        if (!outermost) {
            throw new IllegalArgumentException("results within results within results");
        }
        int count = in.countOfAtLeastByteEach();
        List<KvResult> results = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            results.add(read(in, false));
        }
        return new Many(results);
    }
}
