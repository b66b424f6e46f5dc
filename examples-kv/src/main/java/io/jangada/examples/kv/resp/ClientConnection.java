package io.jangada.examples.kv.resp;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.redis.RedisCodecException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * One client's connection: turns its requests into calls, has them carried out by {@link Runs}, and
 * writes the replies in the order of the requests, as fast as the client takes them.
 *
 * <p>Everything here runs on the connection's event loop.
 */
final class ClientConnection extends SimpleChannelInboundHandler<Request> {
    private static final System.Logger LOG = System.getLogger(ClientConnection.class.getName());

    /** Beyond either of these a connection is not read from until replies have gone out. */
    private static final int UNANSWERED_MAX = 1024;

    private static final long UNANSWERED_BYTES_MAX = 16 << 20;

    /** How long a client has to take the last reply and close before it is cut off. */
    private static final long LINGER_MILLIS = 1000;

    private final Client client;
    private final RespNode server;
    private final Channel channel;
    private final ReplyWriter writer;
    private final Runs runs;

    /** The calls whose reply is not written yet, in the order of their requests. */
    private final Deque<Call> unanswered = new ArrayDeque<>();

    private long unansweredBytes;

    /** What comes in from now on is not for us; when all is answered the connection closes. */
    private boolean ending;

    /** The server stops: it waits for nobody. */
    private boolean leaving;

    private boolean ended;
    private boolean advancing;
    private boolean advanceAgain;

    ClientConnection(Client client, Channel channel) {
        this.client = client;
        this.server = client.server();
        this.channel = channel;
        this.writer = new ReplyWriter(channel);
        this.runs = new Runs(server.group(), channel.eventLoop(), this::advance);
    }

    /** Closes once everything that was read is answered. */
    void end() {
        ending = true;
        leaving = true;
        advance();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Request request) {
        if (ending) {
            server.budget().give(request.bytes());
        } else {
            server.stats().commands.increment();
            add(plan(request), request.bytes());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        advance();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        advance();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ending = true;
        ended = true;
        runs.clear();
        unanswered.clear();
        server.budget().give(unansweredBytes);
        unansweredBytes = 0;
        writer.release();
        server.clients().remove(client.id());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable reason = cause instanceof DecoderException ? cause.getCause() : cause;
        if (reason instanceof ProtocolException || reason instanceof RedisCodecException) {
            if (!ending) {
                add(new Plan.Last(Reply.error("Protocol error: " + reason.getMessage())), 0);
                advance();
            }
        } else {
            if (!(reason instanceof IOException)) {
                LOG.log(Level.WARNING, "connection closed: " + client.describe(), cause);
            }
            channel.close();
        }
    }

    private Plan plan(Request request) {
        if (request.refusal() != null) {
            return new Plan.Now(request.refusal());
        }
        try {
            return Commands.plan(client, new Args(request.words(), server.config()));
        } catch (CommandException e) {
            return new Plan.Now(e.reply());
        }
    }

    private void add(Plan plan, long bytes) {
        long deadline = System.nanoTime() + server.config().requestTimeout().toNanos();
        Call call = new Call(plan, client.protocol(), bytes, deadline);
        unanswered.add(call);
        unansweredBytes += bytes;
        ending |= plan instanceof Plan.Last;
        if (!call.isAnswered()) {
            runs.add(call);
        }
    }

    /** Does all that can be done now. Whatever makes more possible calls this. */
    private void advance() {
        if (advancing) {
            advanceAgain = true;
            return;
        }
        advancing = true;
        do {
            advanceAgain = false;
            runs.start();
            writeReplies();
        } while (advanceAgain);
        advancing = false;
        if (ending && unanswered.isEmpty() && writer.isReady()) {
            finish();
        } else {
            channel.config().setAutoRead(!ending && !isFull());
        }
    }

    private boolean isFull() {
        return unanswered.size() >= UNANSWERED_MAX || unansweredBytes >= UNANSWERED_BYTES_MAX;
    }

    private void writeReplies() {
        writer.proceed();
        Call call = unanswered.peek();
        while (writer.isReady() && call != null && call.isAnswered()) {
            unanswered.remove();
            unansweredBytes -= call.bytes();
            server.budget().give(call.bytes());
            write(call);
            call = unanswered.peek();
        }
        writer.flush();
    }

    private void write(Call call) {
        Reply reply = call.reply();
        if (reply instanceof Reply.Failure) {
            server.stats().errors.increment();
        }
        writer.write(reply, call.protocol());
    }

    private void finish() {
        if (!ended) {
            ended = true;
            ChannelFuture sent = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
            if (leaving) {
                sent.addListener(ChannelFutureListener.CLOSE);
            } else {
                linger(sent);
            }
        }
    }

    /**
     * Sends the end of the stream after the last reply and leaves it to the client to close:
     * closing at once, with input unread, could take the reply away from it.
     */
    private void linger(ChannelFuture sent) {
        channel.pipeline().addFirst(new Discard());
        channel.config().setAutoRead(true);
        sent.addListener(done -> ((DuplexChannel) channel).shutdownOutput());
        channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static final class Discard extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }
    }
}
