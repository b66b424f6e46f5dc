package io.jangada.examples.kv.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.examples.kv.Decimal;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Reads replies from a stream: RESP2, and of RESP3 what {@link ReplyWriter} writes. */
final class ReplyReader {
    private static final int LINE_BYTES_MAX = 64 << 10;
    private static final int DEPTH_MAX = 16;

    private final InputStream in;

    ReplyReader(InputStream in) {
        this.in = in;
    }

    Reply read() throws IOException {
        return read(0);
    }

    private Reply read(int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            throw new IOException("reply is nested too deeply");
        }
        int type = in.read();
        if (type < 0) {
            throw new EOFException("connection closed by the server");
        }
        String line = line();
        return switch (type) {
            case '+' -> new Reply.Simple(line);
            case '-' -> new Reply.Failure(line);
            case ':' -> new Reply.Int(number(line));
            case '_' -> Reply.NIL;
            case '$' -> bulk(number(line));
            case '=' -> verbatim(number(line));
            case '*' -> number(line) < 0 ? Reply.NIL : new Reply.Array(items(number(line), depth));
            case '%' -> new Reply.Pairs(pairs(number(line), depth));
            default -> throw new IOException("not a reply: it begins with byte " + type);
        };
    }

    private Reply bulk(long length) throws IOException {
        return length < 0 ? Reply.NIL : new Reply.Bulk(bytes(length));
    }

    /** Three letters and a colon tell the kind of text; we take it as it is. */
    private Reply verbatim(long length) throws IOException {
        String text = new String(bytes(length), UTF_8);
        return new Reply.Verbatim(text.substring(Math.min(4, text.length())));
    }

    private byte[] bytes(long length) throws IOException {
        if (length < 0) {
            throw new IOException("reply has a length of " + length);
        }
        byte[] bytes = in.readNBytes((int) Math.min(length, Integer.MAX_VALUE - 8));
        if (bytes.length != length || in.read() != '\r' || in.read() != '\n') {
            throw new EOFException("reply ends too early");
        }
        return bytes;
    }

    private List<Reply> pairs(long count, int depth) throws IOException {
        if (count < 0 || count > Integer.MAX_VALUE) {
            throw new IOException("reply has " + count + " pairs");
        }
        return items(count * 2, depth);
    }

    private List<Reply> items(long count, int depth) throws IOException {
        List<Reply> items = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            items.add(read(depth + 1));
        }
        return items;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("connection closed by the server");
            }
            if (line.size() >= LINE_BYTES_MAX) {
                throw new IOException("reply has too long a line");
            }
            line.write(next);
        }
        if (in.read() != '\n') {
            throw new IOException("reply has a line without its end");
        }
        return line.toString(UTF_8);
    }

    private static long number(String line) throws IOException {
        return Decimal.parse(line.getBytes(UTF_8))
                .orElseThrow(() -> new IOException("reply has '" + line + "' for a number"));
    }
}
