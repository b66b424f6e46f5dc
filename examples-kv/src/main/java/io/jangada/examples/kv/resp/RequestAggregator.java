package io.jangada.examples.kv.resp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.redis.ArrayHeaderRedisMessage;
import io.netty.handler.codec.redis.BulkStringHeaderRedisMessage;
import io.netty.handler.codec.redis.BulkStringRedisContent;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.InlineCommandRedisMessage;
import io.netty.handler.codec.redis.LastBulkStringRedisContent;
import io.netty.handler.codec.redis.RedisMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the pieces that Netty's decoder makes together to requests, within the limits. A request
 * that oversteps one is read to its end without being kept, and answered with an error: the
 * connection can go on. What is not a request at all is a {@link ProtocolException}.
 */
final class RequestAggregator extends SimpleChannelInboundHandler<RedisMessage> {
    private static final long WORDS_MAX = 1 << 20;

    /** Limits for those who have not given the password yet, as Redis has them. */
    private static final long STRANGER_WORDS_MAX = 10;

    private static final int STRANGER_WORD_BYTES_MAX = 16 << 10;

    /** What a word takes besides its bytes, and a request besides its words. */
    private static final int WORD_OVERHEAD = 32;

    private static final int REQUEST_OVERHEAD = 256;

    private static final byte[] EMPTY = {};

    private final Client client;
    private final RespConfig config;
    private final MemoryBudget budget;

    private List<byte[]> words = List.of();
    private long wordsMissing;
    private @Nullable Argument argument;
    private long taken;
    private @Nullable Reply refusal;
    private boolean broken;

    RequestAggregator(Client client) {
        this.client = client;
        this.config = client.server().config();
        this.budget = client.server().budget();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, RedisMessage message) {
        if (broken) {
            return;
        }
        try {
            accept(message);
        } catch (ProtocolException e) {
            // What follows cannot be told apart any more.
            broken = true;
            throw e;
        }
        if (wordsMissing == 0 && !(words.isEmpty() && refusal == null)) {
            context.fireChannelRead(endRequest());
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        giveBack();
    }

    private void accept(RedisMessage message) {
        if (message instanceof ArrayHeaderRedisMessage header) {
            beginRequest(header.length());
        } else if (message instanceof InlineCommandRedisMessage inline) {
            acceptLine(inline.content());
        } else if (message instanceof BulkStringHeaderRedisMessage header) {
            beginWord(header.bulkStringLength());
        } else if (message instanceof FullBulkStringRedisMessage whole) {
            beginWord(whole.isNull() ? -1 : 0);
            endWord();
        } else if (message instanceof BulkStringRedisContent content) {
            addToWord(content);
            if (content instanceof LastBulkStringRedisContent) {
                endWord();
            }
        } else {
            throw new ProtocolException(
                    "expected '*' or '$', got a simple string, error or integer");
        }
    }

    private void beginRequest(long count) {
        requireWord(wordsMissing == 0, "expected '$', got '*'");
        if (count > WORDS_MAX) {
            throw new ProtocolException("invalid multibulk length");
        }
        if (count > STRANGER_WORDS_MAX && !client.isAuthenticated()) {
            throw new ProtocolException("unauthenticated multibulk length");
        }
        if (count > 0) {
            wordsMissing = count;
            words = new ArrayList<>((int) Math.min(count, 16));
            take(REQUEST_OVERHEAD);
        }
    }

    private void acceptLine(String line) {
        requireWord(wordsMissing == 0, "expected '$', got a line of text");
        List<byte[]> split;
        try {
            split = InlineWords.split(line);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("unbalanced quotes in request");
        }
        if (!split.isEmpty()) {
            words = split;
            take(REQUEST_OVERHEAD + line.length() + (long) split.size() * WORD_OVERHEAD);
        }
    }

    private void beginWord(int length) {
        requireWord(wordsMissing > 0, "expected '*', got '$'");
        if (length < 0) {
            throw new ProtocolException("invalid bulk length");
        }
        if (length > STRANGER_WORD_BYTES_MAX && !client.isAuthenticated()) {
            throw new ProtocolException("unauthenticated bulk length");
        }
        if (length > config.valueBytesMax()) {
            refuse(Reply.error("value is larger than " + config.valueBytesMax() + " bytes"));
        }
        take(Argument.firstSize(length) + (long) WORD_OVERHEAD);
        if (refusal == null) {
            argument = length == 0 ? null : new Argument(length);
        }
    }

    private void addToWord(BulkStringRedisContent content) {
        if (argument != null) {
            take(argument.growthFor(content.content().readableBytes()));
        }
        if (argument != null) {
            argument.add(content.content());
        }
    }

    private void endWord() {
        if (refusal == null) {
            words.add(argument == null ? EMPTY : argument.bytes());
        }
        argument = null;
        wordsMissing--;
    }

    private Request endRequest() {
        Request request = new Request(words, taken, refusal);
        words = List.of();
        taken = 0;
        refusal = null;
        return request;
    }

    private void take(long bytes) {
        if (refusal != null) {
            return;
        }
        if (taken + bytes > config.requestBytesMax()) {
            refuse(Reply.error("request takes more than " + config.requestBytesMax() + " bytes"));
        } else if (budget.tryTake(bytes)) {
            taken += bytes;
        } else {
            refuse(new Reply.Failure("UNAVAILABLE requests of all clients take too much memory"));
        }
    }

    private void refuse(Reply reply) {
        if (refusal == null) {
            refusal = reply;
            words = List.of();
            argument = null;
            giveBack();
        }
    }

    private void giveBack() {
        budget.give(taken);
        taken = 0;
    }

    private static void requireWord(boolean expected, String otherwise) {
        if (!expected) {
            throw new ProtocolException(otherwise);
        }
    }
}
