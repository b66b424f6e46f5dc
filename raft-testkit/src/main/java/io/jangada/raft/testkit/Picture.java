package io.jangada.raft.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A state machine's state as two others can be compared with it: the bytes that it saves, and its
 * fields as text (or what the user's own fingerprint says).
 */
record Picture(byte[] bytes, String text) {
    boolean matches(Picture other) {
        return Arrays.equals(bytes, other.bytes) && text.equals(other.text);
    }

    /** About how much memory it takes. */
    long size() {
        return bytes.length + 2L * text.length();
    }

    /** Equal for equal states. */
    long hash() {
        return 31L * Arrays.hashCode(bytes) + text.hashCode();
    }

    /** What differs; empty exactly if the two match. */
    List<Difference> differences(Picture other) {
        List<Difference> found = new ArrayList<>(Difference.between(text, other.text));
        if (!Arrays.equals(bytes, other.bytes)) {
            int at = Arrays.mismatch(bytes, other.bytes);
            found.add(
                    new Difference(
                            "saved bytes, from offset " + at,
                            from(bytes, at),
                            from(other.bytes, at)));
        }
        return found;
    }

    private static String from(byte[] bytes, int at) {
        StringBuilder text = new StringBuilder();
        for (int i = at; i < Math.min(bytes.length, at + 8); i++) {
            text.append(String.format(Locale.ROOT, "%02x ", bytes[i]));
        }
        return text + "(" + bytes.length + " bytes)";
    }
}
