package io.jangada.examples.kv.resp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.examples.kv.resp.Reply.Array;
import io.jangada.examples.kv.resp.Reply.Bulk;
import io.jangada.examples.kv.resp.Reply.Failure;
import io.jangada.examples.kv.resp.Reply.Int;
import io.jangada.examples.kv.resp.Reply.Nil;
import io.jangada.examples.kv.resp.Reply.Pairs;
import io.jangada.examples.kv.resp.Reply.Simple;
import io.jangada.examples.kv.resp.Reply.Verbatim;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes replies to one client. (Netty's own encoder knows neither the maps nor the null of RESP3.)
 *
 * <p>Long replies are written piece by piece as the client takes them, so that what waits in memory
 * for a slow client is a few buffers, not a reply. For the event loop's thread only.
 */
final class ReplyWriter {
    private static final int BUFFER_SIZE = 64 << 10;

    /** From this size on a value is handed to the channel as it is rather than copied. */
    private static final int WRAP_SIZE = 16 << 10;

    private final Channel channel;

    /** The lists whose items are being written, the innermost first. */
    private final Deque<Iterator<? extends Reply>> open = new ArrayDeque<>();

    private @Nullable ByteBuf buffer;
    private boolean resp3;
    private boolean unflushed;

    ReplyWriter(Channel channel) {
        this.channel = channel;
    }

    /** Whether the client takes more and the reply before is written. */
    boolean isReady() {
        return open.isEmpty() && channel.isWritable();
    }

    /** Writes as much of a reply as the client takes. Only when {@link #isReady()}. */
    void write(Reply reply, int protocol) {
        resp3 = protocol == 3;
        open.push(List.of(reply).iterator());
        proceed();
    }

    /** Goes on with a reply that the client did not take whole. */
    void proceed() {
        while (!open.isEmpty() && channel.isWritable()) {
            Iterator<? extends Reply> items = open.element();
            if (items.hasNext()) {
                put(items.next());
            } else {
                open.pop();
            }
        }
    }

    /** Sends what was written. */
    void flush() {
        passOn();
        if (unflushed) {
            unflushed = false;
            channel.flush();
        }
    }

    /** Gives back memory when the client is gone. */
    void release() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
        open.clear();
    }

    private void put(Reply reply) {
        if (reply instanceof Simple simple) {
            line('+', simple.text());
        } else if (reply instanceof Int number) {
            line(':', Long.toString(number.value()));
        } else if (reply instanceof Bulk bulk) {
            bulk('$', "", bulk.bytes());
        } else if (reply instanceof Nil) {
            line(resp3 ? '_' : '$', resp3 ? "" : "-1");
        } else if (reply instanceof Failure failure) {
            line('-', failure.text());
        } else if (reply instanceof Array array) {
            line('*', Integer.toString(array.items().size()));
            open.push(array.items().iterator());
        } else if (reply instanceof Pairs pairs) {
            int count = pairs.items().size();
            line(resp3 ? '%' : '*', Integer.toString(resp3 ? count / 2 : count));
            open.push(pairs.items().iterator());
        } else if (reply instanceof Verbatim verbatim) {
            bulk(resp3 ? '=' : '$', resp3 ? "txt:" : "", verbatim.text().getBytes(UTF_8));
        } else {
            throw new AssertionError("no encoding for " + reply.getClass());
        }
    }

    private void line(char type, String text) {
        ByteBuf out = buffer();
        out.writeByte(type);
        out.writeCharSequence(text, UTF_8);
        endLine(out);
    }

    private void bulk(char type, String prefix, byte[] bytes) {
        line(type, Integer.toString(prefix.length() + bytes.length));
        buffer().writeCharSequence(prefix, US_ASCII);
        if (bytes.length >= WRAP_SIZE) {
            passOn();
            channel.write(Unpooled.wrappedBuffer(bytes), channel.voidPromise());
        } else {
            buffer().writeBytes(bytes);
        }
        endLine(buffer());
    }

    private static void endLine(ByteBuf out) {
        out.writeByte('\r').writeByte('\n');
    }

    /** The buffer to write into, with room for at least a little. */
    private ByteBuf buffer() {
        if (buffer != null && buffer.readableBytes() >= BUFFER_SIZE) {
            passOn();
        }
        if (buffer == null) {
            buffer = channel.alloc().ioBuffer(256);
        }
        return buffer;
    }

    private void passOn() {
        if (buffer != null) {
            channel.write(buffer, channel.voidPromise());
            buffer = null;
            unflushed = true;
        }
    }
}
