package io.jangada.examples.kv.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a line as a person types it into words, by Redis's rules: blanks separate; double quotes
 * allow {@code \n \r \t \b \a \\ \" \xHH} inside, single quotes only {@code \'}; a closing quote
 * must be followed by a blank or the end.
 */
public final class InlineWords {
    private final byte[] line;
    private int position;

    private InlineWords(String line) {
        this.line = line.getBytes(UTF_8);
    }

    /**
     * Splits a line.
     *
     * @param line the line
     * @return its words, none for a blank line
     * @throws IllegalArgumentException if quotes are not balanced
     */
    public static List<byte[]> split(String line) {
        return new InlineWords(line).words();
    }

    private List<byte[]> words() {
        List<byte[]> words = new ArrayList<>();
        skipBlanks();
        while (position < line.length) {
            words.add(word());
            skipBlanks();
        }
        return words;
    }

    private byte[] word() {
        ByteArrayOutputStream word = new ByteArrayOutputStream();
        while (position < line.length && !isBlank(line[position])) {
            byte next = line[position++];
            if (next == '"') {
                doubleQuoted(word);
            } else if (next == '\'') {
                singleQuoted(word);
            } else {
                word.write(next);
            }
        }
        return word.toByteArray();
    }

    private void doubleQuoted(ByteArrayOutputStream word) {
        while (position < line.length) {
            byte next = line[position++];
            if (next == '"') {
                requireEndOfWord();
                return;
            }
            word.write(next == '\\' && position < line.length ? escaped() : next);
        }
        throw unbalanced();
    }

    private void singleQuoted(ByteArrayOutputStream word) {
        while (position < line.length) {
            byte next = line[position++];
            if (next == '\'') {
                requireEndOfWord();
                return;
            }
            if (next == '\\' && position < line.length && line[position] == '\'') {
                next = line[position++];
            }
            word.write(next);
        }
        throw unbalanced();
    }

    private int escaped() {
        byte letter = line[position++];
        if (letter == 'x' && hexDigit(position) >= 0 && hexDigit(position + 1) >= 0) {
            int value = hexDigit(position) << 4 | hexDigit(position + 1);
            position += 2;
            return value;
        }
        return switch (letter) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> letter;
        };
    }

    private int hexDigit(int at) {
        return at < line.length ? Character.digit(line[at], 16) : -1;
    }

    private void requireEndOfWord() {
        if (position < line.length && !isBlank(line[position])) {
            throw unbalanced();
        }
    }

    private void skipBlanks() {
        while (position < line.length && isBlank(line[position])) {
            position++;
        }
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r') || b == 0;
    }

    private static IllegalArgumentException unbalanced() {
        return new IllegalArgumentException("unbalanced quotes in request");
    }
}
