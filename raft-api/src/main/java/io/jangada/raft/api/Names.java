package io.jangada.raft.api;

/**
 * The rule for names of nodes and groups. Made and checked with every message, so without garbage.
 */
final class Names {
    private static final int LENGTH_MAX = 64;

    private Names() {}

    /** Throws {@link IllegalArgumentException} if the name is not legal. */
    static void check(String what, String name) {
        if (name.isEmpty() || name.length() > LENGTH_MAX || !isPlain(name)) {
            throw new IllegalArgumentException(
                    what
                            + " '"
                            + name
                            + "' is not valid: use 1 to 64 letters, digits, '.', '_' or '-'");
        }
    }

    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            boolean digit = c >= '0' && c <= '9';
            if (!letter && !digit && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }
}
