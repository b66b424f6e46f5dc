package io.jangada.raft.impl.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** Text to bytes and back, without the silent replacements of {@link String}. */
final class Utf8 {
    private static final char REPLACEMENT = '\uFFFD';

    private Utf8() {}

    /**
     * Encodes a text.
     *
     * @throws IllegalArgumentException if it contains half a surrogate pair
     */
    static byte[] encode(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        if (hasLoneSurrogate(text)) {
            throw new IllegalArgumentException("a string with half a surrogate pair has no UTF-8");
        }
        return bytes;
    }

    /**
     * Decodes a text.
     *
     * @throws IllegalArgumentException if these are not the bytes of one
     */
    static String decode(byte[] bytes) {
        String text = new String(bytes, UTF_8);
        if (text.indexOf(REPLACEMENT) >= 0) {
            // Either that character itself or the sign of bytes that were replaced: look closely.
            try {
                return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException("these bytes are not UTF-8", e);
            }
        }
        return text;
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return true;
            }
        }
        return false;
    }
}
