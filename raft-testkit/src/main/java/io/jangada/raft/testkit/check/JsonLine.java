package io.jangada.raft.testkit.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One flat JSON object. A value is a string, a whole number, true, false, null or a list of
 * strings: all that the history format has. That is why the checker needs no library for it, and
 * can be strict: a field twice, a fraction or a nested object is an error, not a surprise.
 *
 * <p>Fields are taken out by those who understand them, so that what is left at the end is what
 * nobody understood.
 */
final class JsonLine {

    private final Map<String, @Nullable Object> fields;

    private JsonLine(Map<String, @Nullable Object> fields) {
        this.fields = fields;
    }

    /** Reads one line, without its line end. */
    static JsonLine parse(String line) throws HistoryFormatException {
        return new JsonLine(new Parser(line).object());
    }

    boolean has(String name) {
        return fields.containsKey(name);
    }

    /** Takes a field of any type that must be there, though it may be null. */
    @Nullable Object take(String name) throws HistoryFormatException {
        if (!has(name)) {
            throw new HistoryFormatException("field \"" + name + "\" is missing");
        }
        return fields.remove(name);
    }

    String takeText(String name) throws HistoryFormatException {
        return expect(String.class, "a string", name, take(name));
    }

    long takeNumber(String name) throws HistoryFormatException {
        return expect(Long.class, "a whole number", name, take(name));
    }

    /** Takes a field that must be there, null or not. */
    @Nullable String takeTextOrNull(String name) throws HistoryFormatException {
        Object value = take(name);
        return value == null ? null : expect(String.class, "a string or null", name, value);
    }

    /** Takes a field that need not be there; null says the same. */
    @Nullable String takeOptionalText(String name) throws HistoryFormatException {
        return has(name) ? takeTextOrNull(name) : null;
    }

    /** Takes a field that need not be there; null says the same. */
    @Nullable Long takeOptionalNumber(String name) throws HistoryFormatException {
        Object value = fields.remove(name);
        return value == null ? null : expect(Long.class, "a whole number", name, value);
    }

    /** Takes a field that need not be there. */
    boolean takeOptionalFlag(String name, boolean missing) throws HistoryFormatException {
        return has(name) ? expect(Boolean.class, "true or false", name, take(name)) : missing;
    }

    List<String> takeTexts(String name) throws HistoryFormatException {
        List<String> texts = new ArrayList<>();
        for (Object element : expect(List.class, "a list of strings", name, take(name))) {
            texts.add((String) element);
        }
        return texts;
    }

    /** Complains about the first field that was not taken. */
    void refuseRest(String where) throws HistoryFormatException {
        for (String name : fields.keySet()) {
            throw new HistoryFormatException("field \"" + name + "\" has no place in " + where);
        }
    }

    private static <T> T expect(Class<T> type, String what, String name, @Nullable Object value)
            throws HistoryFormatException {
        if (!type.isInstance(value)) {
            String found = value instanceof String text ? quote(text) : String.valueOf(value);
            throw new HistoryFormatException(
                    "field \"" + name + "\" must be " + what + ", not " + found);
        }
        return type.cast(value);
    }

    /** A string as JSON writes it. */
    static String quote(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                // Half a surrogate pair has no UTF-8 form, so that we escape all of them.
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    /** Goes over the line once, from left to right. */
    private static final class Parser {

        private static final String ESCAPES = "\"\\/bfnrt";
        private static final String ESCAPED = "\"\\/\b\f\n\r\t";
        private static final char END = '\0';

        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        Map<String, @Nullable Object> object() throws HistoryFormatException {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            expect('{');
            if (!skip('}')) {
                do {
                    String name = string();
                    if (fields.containsKey(name)) {
                        throw error("field \"" + name + "\" stands twice");
                    }
                    expect(':');
                    fields.put(name, value());
                } while (skip(','));
                expect('}');
            }
            if (peek() != END || at < text.length()) {
                throw error("nothing may follow the object");
            }
            return fields;
        }

        private @Nullable Object value() throws HistoryFormatException {
            char c = peek();
            if (c == '"') {
                return string();
            }
            if (c == '[') {
                return strings();
            }
            if (c == '-' || isDigit(c)) {
                return number();
            }
            return word();
        }

        private List<String> strings() throws HistoryFormatException {
            List<String> strings = new ArrayList<>();
            expect('[');
            if (!skip(']')) {
                do {
                    strings.add(string());
                } while (skip(','));
                expect(']');
            }
            return strings;
        }

        private Long number() throws HistoryFormatException {
            int start = at;
            while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            String digits = text.substring(start, at);
            try {
                if (digits.matches("-?(0|[1-9][0-9]*)")) {
                    return Long.valueOf(digits);
                }
            } catch (NumberFormatException e) {
                // Too large: the message below is meant for it too.
            }
            at = start;
            throw error(digits + " is not a whole number of 64 bits");
        }

        private @Nullable Boolean word() throws HistoryFormatException {
            for (String word : List.of("null", "true", "false")) {
                if (text.startsWith(word, at)) {
                    at += word.length();
                    return word.equals("null") ? null : Boolean.valueOf(word);
                }
            }
            throw error(
                    "expected a string, a whole number, true, false, null or a list of strings");
        }

        private String string() throws HistoryFormatException {
            expect('"');
            StringBuilder out = new StringBuilder();
            while (at < text.length()) {
                char c = text.charAt(at++);
                if (c == '"') {
                    return out.toString();
                }
                if (c < ' ') {
                    at--;
                    throw error("a control character in a string must be escaped");
                }
                out.append(c == '\\' ? escaped() : c);
            }
            throw error("the string has no end");
        }

        private char escaped() throws HistoryFormatException {
            char c = at < text.length() ? text.charAt(at++) : END;
            int index = ESCAPES.indexOf(c);
            if (index >= 0) {
                return ESCAPED.charAt(index);
            }
            if (c == 'u' && at + 4 <= text.length()) {
                String digits = text.substring(at, at + 4);
                if (digits.matches("[0-9a-fA-F]{4}")) {
                    at += 4;
                    return (char) Integer.parseInt(digits, 16);
                }
            }
            throw error("unknown escape after \\");
        }

        private void expect(char c) throws HistoryFormatException {
            if (!skip(c)) {
                throw error("expected " + c);
            }
        }

        private boolean skip(char c) {
            boolean found = peek() == c;
            if (found) {
                at++;
            }
            return found;
        }

        /** The next character that is no white space. */
        private char peek() {
            while (at < text.length() && " \t\r".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return at < text.length() ? text.charAt(at) : END;
        }

        private static boolean isDigit(char c) {
            return c >= '0' && c <= '9';
        }

        private HistoryFormatException error(String message) {
            return new HistoryFormatException("column " + (at + 1) + ": " + message);
        }
    }
}
