package io.jangada.examples.kv;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from byte strings to byte strings in unsigned byte order. A change gives a new
 * map that shares almost all of the old one, so a reference to a map is a consistent view of it for
 * as long as anybody wants: for readers on other threads, and for snapshots.
 *
 * <p>A weight-balanced tree (Adams; the parameters are those that Hirai and Yamamoto proved right
 * in "Balancing weight-balanced trees", 2011). {@code get}, {@code with} and {@code without} take
 * O(log n). Keys and values are not copied: nobody may change them afterwards.
 */
public final class ByteMap {
    /** The map without entries. */
    public static final ByteMap EMPTY = new ByteMap(null);

    private static final int DELTA = 3;
    private static final int GAMMA = 2;

    private final @Nullable Node root;

    private ByteMap(@Nullable Node root) {
        this.root = root;
    }

    /**
     * Compares as unsigned bytes; a prefix comes before what it starts.
     *
     * @param a one key
     * @param b another
     * @return negative, zero or positive as {@code a} comes before, equals or comes after {@code b}
     */
    public static int compare(byte[] a, byte[] b) {
        return Arrays.compareUnsigned(a, b);
    }

    /**
     * Builds a map from entries that are in order already, in O(n).
     *
     * @param count how many entries to take
     * @param entries yields them in strictly ascending order of keys
     * @return the map
     * @throws IllegalArgumentException if a key is not greater than the one before
     */
    public static ByteMap ofSorted(int count, Supplier<Map.Entry<byte[], byte[]>> entries) {
        ByteMap map = new ByteMap(build(count, entries));
        map.requireAscending();
        return map;
    }

    /**
     * The number of entries.
     *
     * @return not negative
     */
    public int size() {
        return size(root);
    }

    /**
     * The value of a key.
     *
     * @param key the key
     * @return its value, not to be changed, or null if there is none
     */
    public byte @Nullable [] get(byte[] key) {
        Node node = root;
        while (node != null) {
            int order = compare(key, node.key);
            if (order == 0) {
                return node.value;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    /**
     * Whether the key has a value.
     *
     * @param key the key
     * @return true if it has
     */
    public boolean contains(byte[] key) {
        return get(key) != null;
    }

    /**
     * This map with a value for a key.
     *
     * @param key the key
     * @param value its new value
     * @return the changed map
     */
    public ByteMap with(byte[] key, byte[] value) {
        return new ByteMap(insert(root, key, value));
    }

    /**
     * This map without a key.
     *
     * @param key the key
     * @return the changed map, or this one if it did not hold the key
     */
    public ByteMap without(byte[] key) {
        return contains(key) ? new ByteMap(delete(root, key)) : this;
    }

    /**
     * Visits entries in order.
     *
     * @param from the first key, or null for the lowest
     * @param to the key before which to stop, or null to go on to the highest
     * @param visitor called for each entry until it answers false
     */
    public void visit(byte @Nullable [] from, byte @Nullable [] to, Visitor visitor) {
        visit(root, from, to, visitor);
    }

    /** Takes entries one by one. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * Takes an entry.
         *
         * @param key its key, not to be changed
         * @param value its value, not to be changed
         * @return whether to go on
         */
        boolean visit(byte[] key, byte[] value);
    }

    @SuppressWarnings("ArrayRecordComponent") // Nodes are never compared.
    private record Node(
            byte[] key, byte[] value, @Nullable Node left, @Nullable Node right, int size) {
        Node(byte[] key, byte[] value, @Nullable Node left, @Nullable Node right) {
            this(key, value, left, right, ByteMap.size(left) + 1 + ByteMap.size(right));
        }
    }

    /** How many steps the longest way down takes. */
    int depth() {
        return depth(root);
    }

    private static int depth(@Nullable Node node) {
        return node == null ? 0 : 1 + Math.max(depth(node.left), depth(node.right));
    }

    private static int size(@Nullable Node node) {
        return node == null ? 0 : node.size;
    }

    private static Node insert(@Nullable Node node, byte[] key, byte[] value) {
        if (node == null) {
            return new Node(key, value, null, null);
        }
        int order = compare(key, node.key);
        if (order == 0) {
            return new Node(key, value, node.left, node.right, node.size);
        }
        return order < 0
                ? balance(node, insert(node.left, key, value), node.right)
                : balance(node, node.left, insert(node.right, key, value));
    }

    /** The key must be there. */
    private static @Nullable Node delete(@Nullable Node node, byte[] key) {
        if (node == null) {
            return null;
        }
        int order = compare(key, node.key);
        if (order < 0) {
            return balance(node, delete(node.left, key), node.right);
        }
        if (order > 0) {
            return balance(node, node.left, delete(node.right, key));
        }
        if (node.left == null || node.right == null) {
            return node.left == null ? node.right : node.left;
        }
        // The neighbour from the heavier side takes the place, which keeps the balance.
        if (node.left.size > node.right.size) {
            Node last = last(node.left);
            return balance(last, delete(node.left, last.key), node.right);
        }
        Node first = first(node.right);
        return balance(first, node.left, delete(node.right, first.key));
    }

    private static Node first(Node node) {
        Node first = node;
        while (first.left != null) {
            first = first.left;
        }
        return first;
    }

    private static Node last(Node node) {
        Node last = node;
        while (last.right != null) {
            last = last.right;
        }
        return last;
    }

    /** An entry over two subtrees of which one may have become too heavy by one entry. */
    private static Node balance(Node entry, @Nullable Node left, @Nullable Node right) {
        if (right != null && tooHeavy(right, left)) {
            return rotateLeft(entry, left, right);
        }
        if (left != null && tooHeavy(left, right)) {
            return rotateRight(entry, left, right);
        }
        return new Node(entry.key, entry.value, left, right);
    }

    private static boolean tooHeavy(Node node, @Nullable Node sibling) {
        return weight(node) > DELTA * weight(sibling);
    }

    private static long weight(@Nullable Node node) {
        return size(node) + 1L;
    }

    private static Node rotateLeft(Node entry, @Nullable Node left, Node right) {
        Node inner = right.left;
        if (inner != null && weight(inner) >= GAMMA * weight(right.right)) {
            return new Node(
                    inner.key,
                    inner.value,
                    new Node(entry.key, entry.value, left, inner.left),
                    new Node(right.key, right.value, inner.right, right.right));
        }
        Node lower = new Node(entry.key, entry.value, left, inner);
        return new Node(right.key, right.value, lower, right.right);
    }

    private static Node rotateRight(Node entry, Node left, @Nullable Node right) {
        Node inner = left.right;
        if (inner != null && weight(inner) >= GAMMA * weight(left.left)) {
            return new Node(
                    inner.key,
                    inner.value,
                    new Node(left.key, left.value, left.left, inner.left),
                    new Node(entry.key, entry.value, inner.right, right));
        }
        Node lower = new Node(entry.key, entry.value, inner, right);
        return new Node(left.key, left.value, left.left, lower);
    }

    private static boolean visit(
            @Nullable Node node, byte @Nullable [] from, byte @Nullable [] to, Visitor visitor) {
        if (node == null) {
            return true;
        }
        boolean after = from == null || compare(node.key, from) >= 0;
        if (after && !visit(node.left, from, to, visitor)) {
            return false;
        }
        boolean before = to == null || compare(node.key, to) < 0;
        if (after && before && !visitor.visit(node.key, node.value)) {
            return false;
        }
        return !before || visit(node.right, from, to, visitor);
    }

    private static @Nullable Node build(int count, Supplier<Map.Entry<byte[], byte[]>> entries) {
        if (count == 0) {
            return null;
        }
        int leftCount = (count - 1) / 2;
        Node left = build(leftCount, entries);
        Map.Entry<byte[], byte[]> entry = entries.get();
        Node right = build(count - 1 - leftCount, entries);
        return new Node(entry.getKey(), entry.getValue(), left, right);
    }

    private void requireAscending() {
        byte[][] previous = new byte[1][];
        visit(
                null,
                null,
                (key, value) -> {
                    if (previous[0] != null && compare(previous[0], key) >= 0) {
                        throw new IllegalArgumentException("keys are not in ascending order");
                    }
                    previous[0] = key;
                    return true;
                });
    }
}
