package io.jangada.raft.testkit.check;

import io.jangada.raft.testkit.check.Model.Partition;
import io.jangada.raft.testkit.check.Node.Kind;
import io.jangada.raft.testkit.check.Operation.Status;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The search for an order of one partition's operations. Wing and Gong: among the operations called
 * before the first return that is still owed, try one that the model allows next; go on from there;
 * at a dead end undo the latest choice and try the next one. Lowe: never enter twice a
 * configuration that was entered before (see {@link SeenSet}).
 *
 * <p>Nodes stand in linked lists in order of position: calls of reads, calls of other operations
 * that returned, calls of operations of unknown outcome, and the returns that the former two owe.
 * Linearizing an operation lifts its nodes out of the lists, undoing puts them back where they
 * were.
 *
 * <p>Three more refinements keep the search narrow, each argued where it stands: reads that agree
 * are linearized at once ({@link #linearizeReads}), operations that cannot matter to the return
 * owed next wait ({@link #candidates}), and operations of unknown outcome are tried after all
 * others: most of them are not needed, and one that is spent too early costs a long way back.
 */
final class Search<S, I, O> {

    static final String INTERRUPTED = "interrupted";

    private static final int STATES_SHOWN_MAX = 8;
    private static final int INTERRUPT_CHECK_MASK = 1023;

    private static final Comparator<Node<?, ?>> IN_ORDER_OF_TRIAL =
            Comparator.<Node<?, ?>, Kind>comparing(node -> node.kind)
                    .thenComparingLong(node -> node.position);

    private final Model<S, I, O> model;
    private final Partition<I, O> partition;
    private final Budget budget;

    private final Node<I, O> reads = Node.list(Kind.READ);
    private final Node<I, O> changes = Node.list(Kind.CHANGE);
    private final Node<I, O> unknowns = Node.list(Kind.UNKNOWN);
    private final Node<I, O> returns = Node.list(Kind.RETURN);

    /** Operations that returned and are linearized, by their number in order of calls. */
    private final BitSet linearized = new BitSet();

    /** Operations of unknown outcome that are linearized, by their number in order of calls. */
    private final BitSet spent = new BitSet();

    private final SeenSet<S> seen = new SeenSet<>();
    private S state;
    private @Nullable Choice<S, I, O> latest;
    private long iterationCount;
    private long modelCount;

    /** The furthest return at which the search got stuck, the longest way there, and states. */
    private Node<I, O> furthest = returns;

    private @Nullable Choice<S, I, O> furthestChoice;
    private final Set<S> furthestStates = new LinkedHashSet<>();

    Search(Model<S, I, O> model, Partition<I, O> partition, Budget budget) {
        this.model = model;
        this.partition = partition;
        this.budget = budget;
        this.state = model.initial();
        List<Node<I, O>> ends = new ArrayList<>();
        int unknown = 0;
        for (Operation<I, O> operation : partition.operations()) {
            if (operation.status() == Status.OK) {
                int number = ends.size();
                boolean isRead = model.isReadOnly(operation.input(), operation.output());
                Node<I, O> end = new Node<>(Kind.RETURN, operation, operation.end(), number, null);
                new Node<>(
                                isRead ? Kind.READ : Kind.CHANGE,
                                operation,
                                operation.call(),
                                number,
                                end)
                        .appendTo(isRead ? reads : changes);
                ends.add(end);
            } else {
                new Node<>(Kind.UNKNOWN, operation, operation.call(), unknown++, null)
                        .appendTo(unknowns);
            }
        }
        ends.sort(Comparator.comparingLong(node -> node.position));
        ends.forEach(node -> node.appendTo(returns));
    }

    /** Runs the search once, to its end. */
    Verdict<I, O> run() {
        linearizeReads();
        seen.add(linearized, spent, state);
        Iterator<Node<I, O>> untried = candidates();
        while (returns.next != returns) {
            String excess = excess();
            if (excess != null) {
                return new Verdict.Unknown<>(partition.name(), excess);
            }
            if (untried.hasNext()) {
                if (enter(untried.next(), untried)) {
                    untried = candidates();
                }
            } else {
                noteDeadEnd();
                untried = undo();
                if (untried == null) {
                    return notLinearizable();
                }
            }
        }
        return new Verdict.Linearizable<>(partition.operations().size(), 1);
    }

    /** What bound of the budget is overstepped, or null. */
    private @Nullable String excess() {
        if (++iterationCount + modelCount + seen.comparisonCount() > budget.stepsMax()) {
            return "not settled after " + budget.stepsMax() + " steps";
        }
        if (seen.size() > budget.configurationsMax()) {
            return "not settled after " + budget.configurationsMax() + " configurations";
        }
        if ((iterationCount & INTERRUPT_CHECK_MASK) == 0
                && Thread.currentThread().isInterrupted()) {
            return INTERRUPTED;
        }
        return null;
    }

    /**
     * What to try next: changes, then unknown ones, that were called before the first return owed
     * and are connected with its operation by others called before it. An order that begins with
     * anything else is as good with that moved behind the operation, which does not notice it.
     */
    private Iterator<Node<I, O>> candidates() {
        Node<I, O> owed = returns.next;
        if (owed == returns) {
            return Collections.emptyIterator();
        }
        List<Node<I, O>> strangers = new ArrayList<>();
        for (Node<I, O> list : List.of(changes, unknowns, reads)) {
            for (Node<I, O> node = list.next; node.position < owed.position; node = node.next) {
                strangers.add(node);
            }
        }
        List<Node<I, O>> connected = new ArrayList<>(List.of(owed));
        for (int i = 0; i < connected.size() && !strangers.isEmpty(); i++) {
            Node<I, O> node = connected.get(i);
            strangers.removeIf(other -> areConnected(node, other) && connected.add(other));
        }
        connected.removeIf(node -> node.kind == Kind.READ || node == owed);
        connected.sort(IN_ORDER_OF_TRIAL);
        return connected.iterator();
    }

    private boolean areConnected(Node<I, O> one, Node<I, O> other) {
        return one.operation().call() == other.operation().call()
                || !model.areIndependent(one.operation().input(), other.operation().input());
    }

    /**
     * Linearizes an operation next, and then all reads that agree. False if the model forbids it or
     * if it leads where we have been.
     */
    private boolean enter(Node<I, O> node, Iterator<Node<I, O>> untried) {
        S next = step(node);
        if (next == null) {
            return false;
        }
        push(node, next, untried);
        linearizeReads();
        if (!seen.add(linearized, spent, state)) {
            undo();
            return false;
        }
        return true;
    }

    /**
     * Linearizes all reads that agree with the state. There is no other way to try: whatever order
     * has such a read later is as good with the read moved here.
     */
    private void linearizeReads() {
        // The state stays, so a read that disagrees need not be asked again when others are lifted.
        for (Node<I, O> read = reads.next;
                read.position < returns.next.position;
                read = read.next) {
            if (step(read) != null) {
                push(read, state, Collections.emptyIterator());
            }
        }
    }

    private @Nullable S step(Node<I, O> node) {
        modelCount++;
        return model.step(state, node.operation().input(), node.operation().output());
    }

    private void push(Node<I, O> node, S next, Iterator<Node<I, O>> untried) {
        latest = new Choice<>(latest, Choice.depthOf(latest) + 1, node, state, untried);
        state = next;
        (node.kind == Kind.UNKNOWN ? spent : linearized).set(node.number);
        node.lift();
    }

    /**
     * Takes back the latest choice and the reads behind it.
     *
     * @return what is untried there, or null if there was nothing to take back
     */
    private @Nullable Iterator<Node<I, O>> undo() {
        while (latest != null) {
            Choice<S, I, O> undone = latest;
            undone.node.unlift();
            (undone.node.kind == Kind.UNKNOWN ? spent : linearized).clear(undone.node.number);
            state = undone.before;
            latest = undone.earlier;
            if (undone.node.kind != Kind.READ) {
                return undone.untried;
            }
        }
        return null;
    }

    private void noteDeadEnd() {
        Node<I, O> owed = returns.next;
        if (furthest == returns || owed.position > furthest.position) {
            furthest = owed;
            furthestChoice = null;
            furthestStates.clear();
        }
        if (owed == furthest) {
            if (Choice.depthOf(latest) > Choice.depthOf(furthestChoice)) {
                furthestChoice = latest;
            }
            if (furthestStates.size() < STATES_SHOWN_MAX) {
                furthestStates.add(state);
            }
        }
    }

    /**
     * The search has been everywhere, and nowhere beyond the furthest return. Thus its operation
     * cannot be linearized in time, while the order that leads there explains all earlier returns.
     */
    private Verdict<I, O> notLinearizable() {
        List<Operation<I, O>> prefix = Choice.operations(furthestChoice);
        Set<Operation<I, O>> ordered = new HashSet<>(prefix);
        List<Operation<I, O>> pending = new ArrayList<>();
        for (Operation<I, O> operation : partition.operations()) {
            if (operation.call() < furthest.position && !ordered.contains(operation)) {
                pending.add(operation);
            }
        }
        return new Verdict.NotLinearizable<>(
                partition.name(),
                partition.operations().size(),
                furthest.operation(),
                prefix,
                pending,
                furthestStates.stream().map(String::valueOf).toList());
    }

    /** One step of the order tried at present, linked to the step before it. */
    private record Choice<S, I, O>(
            @Nullable Choice<S, I, O> earlier,
            int depth,
            Node<I, O> node,
            S before,
            Iterator<Node<I, O>> untried) {

        static int depthOf(@Nullable Choice<?, ?, ?> choice) {
            return choice == null ? 0 : choice.depth;
        }

        static <S, I, O> List<Operation<I, O>> operations(@Nullable Choice<S, I, O> last) {
            List<Operation<I, O>> operations = new ArrayList<>(depthOf(last));
            for (Choice<S, I, O> at = last; at != null; at = at.earlier) {
                operations.add(at.node.operation());
            }
            Collections.reverse(operations);
            return operations;
        }
    }
}
