package io.jangada.examples.kv.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jangada.examples.kv.resp.Reply;
import java.util.List;
import java.util.stream.Collectors;

/** Replies as text: for people as redis-cli shows them, with tables; for pipes as they are. */
final class ReplyText {
    private ReplyText() {}

    /** For people. Bytes that are not printable are escaped. */
    static String pretty(Reply reply) {
        if (reply instanceof Reply.Simple simple) {
            return simple.text();
        } else if (reply instanceof Reply.Failure failure) {
            return "(error) " + failure.text();
        } else if (reply instanceof Reply.Int number) {
            return "(integer) " + number.value();
        } else if (reply instanceof Reply.Bulk bulk) {
            return quoted(bulk.bytes());
        } else if (reply instanceof Reply.Nil) {
            return "(nil)";
        } else if (reply instanceof Reply.Verbatim verbatim) {
            return verbatim.text().stripTrailing();
        } else if (reply instanceof Reply.Array array) {
            return numbered(array.items());
        } else if (reply instanceof Reply.Pairs pairs) {
            return pairs(pairs.items());
        }
        throw new AssertionError("no text for " + reply.getClass());
    }

    /** A list of key, value, key, value, … as a table. */
    static String pairs(List<? extends Reply> items) {
        if (items.isEmpty()) {
            return "(empty)";
        }
        Table table = new Table();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            table.row(cell(items.get(i)), cell(items.get(i + 1)));
        }
        return table.toString();
    }

    /** For pipes: bytes are bytes, one item a line. */
    static byte[] raw(Reply reply) {
        if (reply instanceof Reply.Bulk bulk) {
            return bulk.bytes();
        }
        return rawText(reply).getBytes(ISO_8859_1);
    }

    /** Characters stand for bytes here, so that values pass through unchanged. */
    private static String rawText(Reply reply) {
        if (reply instanceof Reply.Bulk bulk) {
            return new String(bulk.bytes(), ISO_8859_1);
        } else if (reply instanceof Reply.Int number) {
            return Long.toString(number.value());
        } else if (reply instanceof Reply.Nil) {
            return "";
        } else if (reply instanceof Reply.Failure failure) {
            return failure.text();
        } else if (reply instanceof Reply.Array array) {
            return lines(array.items());
        } else if (reply instanceof Reply.Pairs pairs) {
            return lines(pairs.items());
        }
        return pretty(reply);
    }

    private static String lines(List<? extends Reply> items) {
        return items.stream().map(ReplyText::rawText).collect(Collectors.joining("\n"));
    }

    private static String numbered(List<? extends Reply> items) {
        if (items.isEmpty()) {
            return "(empty)";
        }
        int width = Integer.toString(items.size()).length();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            String number = String.format("%" + width + "d) ", i + 1);
            String item = pretty(items.get(i)).replace("\n", "\n" + " ".repeat(number.length()));
            text.append(i == 0 ? "" : "\n").append(number).append(item);
        }
        return text.toString();
    }

    /** Plain in a table, where columns say what is what, unless the bytes need to be escaped. */
    private static String cell(Reply reply) {
        if (reply instanceof Reply.Int number) {
            return Long.toString(number.value());
        }
        String text = pretty(reply).replace("\n", " ");
        boolean plain = reply instanceof Reply.Bulk && !text.contains("\\") && text.length() > 2;
        return plain ? text.substring(1, text.length() - 1) : text;
    }

    private static String quoted(byte[] bytes) {
        StringBuilder text = new StringBuilder("\"");
        for (byte b : bytes) {
            switch (b) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (b >= ' ' && b <= '~') {
                        text.append((char) b);
                    } else {
                        text.append(String.format("\\x%02x", b));
                    }
                }
            }
        }
        return text.append('"').toString();
    }
}
