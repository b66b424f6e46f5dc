package io.jangada.examples.kv;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.OptionalLong;

/**
 * Integers as Redis accepts them: decimal digits with at most a minus sign, no blanks, no plus, no
 * leading zeros, from -2^63 to 2^63 - 1.
 */
public final class Decimal {
    private static final int LENGTH_MAX = 20;

    private Decimal() {}

    /**
     * Reads an integer.
     *
     * @param bytes the bytes
     * @return the number, or empty if they are not one
     */
    public static OptionalLong parse(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > LENGTH_MAX) {
            return OptionalLong.empty();
        }
        String text = new String(bytes, US_ASCII);
        int first = text.charAt(0) == '-' ? 1 : 0;
        if (!text.chars().skip(first).allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalLong.empty();
        }
        try {
            // Only the one way to write a number is one: this excludes 007, -0 and a lone minus.
            long value = Long.parseLong(text);
            return Long.toString(value).equals(text)
                    ? OptionalLong.of(value)
                    : OptionalLong.empty();
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /**
     * Writes an integer.
     *
     * @param value the number
     * @return its digits
     */
    public static byte[] format(long value) {
        return Long.toString(value).getBytes(US_ASCII);
    }
}
