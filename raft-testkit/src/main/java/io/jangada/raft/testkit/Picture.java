package io.jangada.raft.testkit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A state machine's state as two others can be compared with it. Equal pictures are equal states.
 *
 * @param bytes what it saves
 * @param text its fields, or what the user's own fingerprint says
 */
record Picture(ByteBuffer bytes, String text) {
    /** About how much memory it takes. */
    long size() {
        return bytes.limit() + 2L * text.length();
    }

    /** Equal for equal states. */
    long hash() {
        return 31L * bytes.hashCode() + text.hashCode();
    }

    /** What differs; empty exactly if the two are equal. */
    List<Difference> differences(Picture other) {
        List<Difference> found = new ArrayList<>(Difference.between(text, other.text));
        int at = bytes.mismatch(other.bytes);
        if (at >= 0) {
            found.add(
                    new Difference(
                            "saved bytes, from offset " + at,
                            from(bytes, at),
                            from(other.bytes, at)));
        }
        return found;
    }

    private static String from(ByteBuffer bytes, int at) {
        StringBuilder text = new StringBuilder();
        for (int i = at; i < Math.min(bytes.limit(), at + 8); i++) {
            text.append(String.format(Locale.ROOT, "%02x ", bytes.get(i)));
        }
        return text + "(" + bytes.limit() + " bytes)";
    }
}
