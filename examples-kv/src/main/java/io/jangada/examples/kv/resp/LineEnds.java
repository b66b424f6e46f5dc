package io.jangada.examples.kv.resp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Lets people type at a connection with tools that end a line with a bare line feed: turns such
 * ends into the CR LF that the codec insists on. Leaves the pipeline as soon as a line begins with
 * {@code *}, which is at once for every program that speaks RESP.
 */
final class LineEnds extends ChannelInboundHandlerAdapter {
    private boolean lineStarts = true;
    private byte previous;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        boolean done;
        ByteBuf out = context.alloc().buffer(in.readableBytes() + 16);
        try {
            while (in.isReadable() && !(lineStarts && in.getByte(in.readerIndex()) == '*')) {
                copy(in.readByte(), out);
            }
            done = in.isReadable();
            out.writeBytes(in);
        } finally {
            in.release();
        }
        context.fireChannelRead(out);
        if (done) {
            context.pipeline().remove(this);
        }
    }

    private void copy(byte next, ByteBuf out) {
        if (next == '\n' && previous != '\r') {
            out.writeByte('\r');
        }
        out.writeByte(next);
        lineStarts = next == '\n';
        previous = next;
    }
}
