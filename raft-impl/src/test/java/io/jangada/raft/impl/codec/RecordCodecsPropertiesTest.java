package io.jangada.raft.impl.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.raft.api.Codec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class RecordCodecsPropertiesTest {
    enum Suit {
        CLUBS,
        DIAMONDS,
        HEARTS,
        SPADES
    }

    record Card(Suit suit, int rank, String name) {}

    record Hand(
            long id,
            double weight,
            float odds,
            char mark,
            boolean open,
            byte tiny,
            short small,
            Integer perhaps,
            Optional<Card> best,
            List<Card> cards,
            List<String> notes,
            List<Double> scores,
            Hand previous) {}

    private static final Codec<Hand> CODEC = Codec.of(Hand.class);

    @Property
    void everyValueComesBack(@ForAll("hands") Hand hand) {
        byte[] bytes = CODEC.encode(hand);
        Hand decoded = CODEC.decode(ByteBuffer.wrap(bytes));
        assertEquals(hand, decoded);
        assertArrayEquals(bytes, CODEC.encode(decoded), "the same bytes again");
    }

    @Property(tries = 300)
    void changedBytesAreRefusedOrAnotherValue(@ForAll("hands") Hand hand, @ForAll long seed) {
        byte[] bytes = CODEC.encode(hand);
        Random random = new Random(seed);
        for (int i = 0; bytes.length > 0 && i < 30; i++) {
            byte[] changed = bytes.clone();
            changed[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            assertRefusedOrAValue(changed);
            assertRefusedOrAValue(Arrays.copyOf(bytes, random.nextInt(bytes.length)));
        }
    }

    @Property(tries = 2000)
    void noiseIsRefusedOrAValue(@ForAll @Size(max = 60) byte[] noise) {
        assertRefusedOrAValue(noise);
    }

    /** Any other exception fails the test. */
    private static void assertRefusedOrAValue(byte[] bytes) {
        Hand decoded;
        try {
            decoded = CODEC.decode(ByteBuffer.wrap(bytes));
        } catch (IllegalArgumentException e) {
            return;
        }
        assertEquals(decoded, CODEC.decode(ByteBuffer.wrap(CODEC.encode(decoded))));
    }

    @Provide
    Arbitrary<Hand> hands() {
        return hands(3).withoutEdgeCases();
    }

    private Arbitrary<Hand> hands(int depth) {
        Arbitrary<Hand> previous =
                depth == 0 ? Arbitraries.just(null) : hands(depth - 1).injectNull(0.5);
        Arbitrary<Card> cards =
                Combinators.combine(
                                Arbitraries.of(Suit.class).injectNull(0.1),
                                Arbitraries.integers(),
                                texts().injectNull(0.1))
                        .as(Card::new);
        Arbitrary<Hand> scalars =
                Combinators.combine(
                                Arbitraries.longs(),
                                Arbitraries.doubles(),
                                Arbitraries.floats(),
                                Arbitraries.chars().all(),
                                Arbitraries.of(true, false),
                                Arbitraries.bytes(),
                                Arbitraries.shorts(),
                                Arbitraries.integers().injectNull(0.3))
                        .as(
                                (id, weight, odds, mark, open, tiny, small, perhaps) ->
                                        new Hand(
                                                id,
                                                weight,
                                                odds,
                                                mark,
                                                open,
                                                tiny,
                                                small,
                                                perhaps,
                                                Optional.empty(),
                                                List.of(),
                                                List.of(),
                                                List.of(),
                                                null));
        return Combinators.combine(
                        scalars,
                        cards.optional(),
                        cards.list().ofMaxSize(5),
                        texts().list().ofMaxSize(4),
                        Arbitraries.doubles().list().ofMaxSize(4),
                        previous)
                .as(
                        (s, best, all, notes, scores, before) ->
                                new Hand(
                                        s.id(),
                                        s.weight(),
                                        s.odds(),
                                        s.mark(),
                                        s.open(),
                                        s.tiny(),
                                        s.small(),
                                        s.perhaps(),
                                        best,
                                        all,
                                        notes,
                                        scores,
                                        before));
    }

    /** All of Unicode but halves of surrogate pairs. */
    private static Arbitrary<String> texts() {
        return Arbitraries.integers()
                .between(0, Character.MAX_CODE_POINT)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .list()
                .ofMaxSize(12)
                .map(
                        points -> {
                            StringBuilder text = new StringBuilder();
                            points.forEach(text::appendCodePoint);
                            return text.toString();
                        });
    }
}
