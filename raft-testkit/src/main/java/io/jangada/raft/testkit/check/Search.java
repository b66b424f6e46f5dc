package io.jangada.raft.testkit.check;

import static java.util.Objects.requireNonNull;

import io.jangada.raft.testkit.check.Model.Partition;
import io.jangada.raft.testkit.check.Operation.Status;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
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
 * <p>Calls and returns stand in linked lists in order of position: calls of operations that
 * returned, their returns, and calls of operations of unknown outcome, which owe no return.
 * Linearizing an operation lifts its nodes out of the lists, undoing puts them back where they
 * were.
 *
 * <p>Operations of unknown outcome are tried after all others: most of them are not needed, and one
 * that is spent too early costs a long way back.
 */
final class Search<S, I, O> {

    static final String INTERRUPTED = "interrupted";

    private static final int STATES_SHOWN_MAX = 8;
    private static final int INTERRUPT_CHECK_MASK = 1023;

    private final Model<S, I, O> model;
    private final Partition<I, O> partition;
    private final Budget budget;

    private final Node<I, O> calls = Node.list(false);
    private final Node<I, O> returns = Node.list(false);
    private final Node<I, O> unknowns = Node.list(true);

    /** Operations that returned and are linearized, by their number in order of calls. */
    private final BitSet linearized = new BitSet();

    /** Operations of unknown outcome that are linearized, by their number in order of calls. */
    private final BitSet spent = new BitSet();

    private final SeenSet<S> seen = new SeenSet<>();
    private S state;
    private @Nullable Choice<S, I, O> latest;
    private long stepCount;

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
        int known = 0;
        int unknown = 0;
        for (Operation<I, O> operation : partition.operations()) {
            if (operation.status() == Status.OK) {
                Node<I, O> end = new Node<>(operation, operation.end(), known, false, null);
                ends.add(end);
                new Node<>(operation, operation.call(), known++, false, end).appendTo(calls);
            } else {
                new Node<>(operation, operation.call(), unknown++, true, null).appendTo(unknowns);
            }
        }
        ends.sort(Comparator.comparingLong(node -> node.position));
        ends.forEach(node -> node.appendTo(returns));
    }

    /** Runs the search once, to its end. */
    Verdict<I, O> run() {
        seen.add(linearized, spent, state);
        Node<I, O> candidate = candidateFrom(calls.next);
        while (returns.next != returns) {
            String excess = excess();
            if (excess != null) {
                return new Verdict.Unknown<>(partition.name(), excess);
            }
            if (candidate != null) {
                boolean chosen = choose(candidate);
                candidate = candidateFrom(chosen ? calls.next : candidate.next);
            } else {
                noteDeadEnd();
                if (latest == null) {
                    return notLinearizable();
                }
                candidate = candidateFrom(undo().next);
            }
        }
        return new Verdict.Linearizable<>(partition.operations().size(), 1);
    }

    /** What bound of the budget is overstepped, or null. */
    private @Nullable String excess() {
        stepCount++;
        if (stepCount + seen.comparisonCount() > budget.stepsMax()) {
            return "not settled after " + budget.stepsMax() + " steps";
        }
        if (seen.size() > budget.configurationsMax()) {
            return "not settled after " + budget.configurationsMax() + " configurations";
        }
        if ((stepCount & INTERRUPT_CHECK_MASK) == 0 && Thread.currentThread().isInterrupted()) {
            return INTERRUPTED;
        }
        return null;
    }

    /**
     * The given node, or the first one behind it, that was called before the first return owed:
     * what is called later cannot come before that return. Unknown ones follow upon the others.
     */
    private @Nullable Node<I, O> candidateFrom(Node<I, O> node) {
        long deadline = returns.next.position;
        if (node.position < deadline) {
            return node;
        }
        return !node.unknown && unknowns.next.position < deadline ? unknowns.next : null;
    }

    /** Linearizes an operation next, unless the model forbids it or it leads where we have been. */
    private boolean choose(Node<I, O> node) {
        Operation<I, O> operation = node.operation();
        S next = model.step(state, operation.input(), operation.output());
        if (next == null) {
            return false;
        }
        BitSet set = node.unknown ? spent : linearized;
        set.set(node.number);
        if (!seen.add(linearized, spent, next)) {
            set.clear(node.number);
            return false;
        }
        latest = new Choice<>(latest, Choice.depthOf(latest) + 1, node, state);
        state = next;
        node.lift();
        return true;
    }

    /** Takes the latest choice back and returns its node. */
    private Node<I, O> undo() {
        Choice<S, I, O> undone = requireNonNull(latest);
        Node<I, O> node = undone.node;
        node.unlift();
        (node.unknown ? spent : linearized).clear(node.number);
        state = undone.before;
        latest = undone.earlier;
        return node;
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
            @Nullable Choice<S, I, O> earlier, int depth, Node<I, O> node, S before) {

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
