package io.jangada.raft.spi;

import java.util.regex.Pattern;

/**
 * The random name of one store, drawn when its folder was created. A node that lost its disk has
 * another one, whatever it calls itself.
 *
 * @param value 32 lower-case hexadecimal digits
 */
public record StoreId(String value) {
    private static final Pattern ALLOWED = Pattern.compile("[0-9a-f]{32}");

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if {@code value} is not 32 hexadecimal digits
     */
    public StoreId {
        if (!ALLOWED.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "store id '" + value + "' is not 32 lower-case hexadecimal digits");
        }
    }

    /**
     * From 128 random bits.
     *
     * @param high the upper half
     * @param low the lower half
     * @return the id
     */
    public static StoreId of(long high, long low) {
        return new StoreId(String.format("%016x%016x", high, low));
    }

    /** Returns the digits. */
    @Override
    public String toString() {
        return value;
    }
}
