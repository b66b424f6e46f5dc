package io.jangada.raft.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Equal states have equal texts, whatever objects they are made of; different ones differ. */
class StateTextTest {
    private enum Colour {
        RED
    }

    private static class Base {
        private final int inherited = 7;
    }

    /** No equals and no hashCode of its own. */
    private static final class Money {
        private long cents;

        Money(long cents) {
            this.cents = cents;
        }
    }

    @SuppressWarnings("unused")
    private static final class Bank extends Base {
        private static int shared = 1;
        private transient int cache = 2;
        private final ReentrantLock lock = new ReentrantLock();
        private final Supplier<String> listener = super::toString;
        private Map<String, Money> accounts = new HashMap<>();
        private Set<Colour> colours = Set.of(Colour.RED);
        private List<Object> list = new ArrayList<>(List.of("a", 1));
        private byte[] bytes = {1, -1};
        private int[] numbers = {4};
        private Optional<Money> some = Optional.of(new Money(3));
        private Optional<Money> none = Optional.empty();
        private AtomicLong atomic = new AtomicLong(5);
        private Duration duration = Duration.ofSeconds(2);
        private Object self = this;
        private Object nothing;
    }

    @Test
    void aMachineIsALineForEachValue() {
        Bank bank = new Bank();
        bank.accounts.put("bob", new Money(2));
        bank.accounts.put("alice", new Money(1));
        assertEquals(
                """
                Bank.accounts["alice"].cents = 1
                Bank.accounts["bob"].cents = 2
                Bank.accounts.size = 2
                Bank.colours[] = RED
                Bank.colours.size = 1
                Bank.list[0] = "a"
                Bank.list[1] = 1
                Bank.list.size = 2
                Bank.bytes = [1, -1]
                Bank.numbers[0] = 4
                Bank.numbers.length = 1
                Bank.some.cents = 3
                Bank.none = null
                Bank.atomic = 5
                Bank.duration = PT2S
                Bank.nothing = null
                Bank.inherited = 7""",
                StateText.of(bank));
    }

    @Test
    void mapsAndSetsHaveNoOrderAndObjectsNoIdentity() {
        Map<Object, Money> one = new LinkedHashMap<>();
        Map<Object, Money> other = new LinkedHashMap<>();
        one.put(List.of(1), new Money(1));
        one.put("x", new Money(2));
        other.put("x", new Money(2));
        other.put(List.of(1), new Money(1));
        assertEquals(StateText.of("m", one), StateText.of("m", other));
        assertEquals(
                StateText.of("s", new LinkedHashSet<>(List.of(1, 2))),
                StateText.of("s", new HashSet<>(List.of(2, 1))));
        assertEquals(
                StateText.of("q", new PriorityQueue<>(List.of(3, 2, 1))),
                StateText.of("q", new PriorityQueue<>(List.of(1, 2, 3))));
        assertEquals(StateText.of("o", new Object()), StateText.of("o", new Object()));
    }

    @Test
    void orderCountsWhereThereIsOne() {
        assertNotEquals(StateText.of("l", List.of(1, 2)), StateText.of("l", List.of(2, 1)));
        assertNotEquals(
                StateText.of("d", new ArrayDeque<>(List.of(1, 2))),
                StateText.of("d", new ArrayDeque<>(List.of(2, 1))));
    }

    @Test
    void differencesAreNamed() {
        Bank one = new Bank();
        Bank other = new Bank();
        one.accounts.put("bob", new Money(2));
        other.accounts.put("bob", new Money(3));
        other.accounts.put("eve", new Money(4));
        assertEquals(
                List.of(
                        new Difference("Bank.accounts[\"bob\"].cents", "2", "3"),
                        new Difference("Bank.accounts.size", "1", "2"),
                        new Difference("Bank.accounts[\"eve\"].cents", "absent", "4")),
                Difference.between(StateText.of(one), StateText.of(other)));
    }
}
