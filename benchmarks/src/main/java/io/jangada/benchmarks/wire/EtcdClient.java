package io.jangada.benchmarks.wire;

import io.jangada.benchmarks.contender.Completion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;

/**
 * Puts and linearizable ranges over one HTTP/2 connection, a stream for each request. The two
 * messages are so small that they are written by hand; gRPC itself is that which Ratis brings.
 */
public final class EtcdClient implements WireClient {
    private static final int FIELD_1 = 1 << 3 | 2;
    private static final int FIELD_2 = 2 << 3 | 2;

    private static final MethodDescriptor<byte[], byte[]> PUT = method("Put");
    private static final MethodDescriptor<byte[], byte[]> RANGE = method("Range");

    private final ManagedChannel channel;

    /**
     * Connects with the first request.
     *
     * @param server where etcd listens for clients
     */
    public EtcdClient(InetSocketAddress server) {
        channel =
                NettyChannelBuilder.forAddress(server)
                        .usePlaintext()
                        // Replies are looked at where they arrive, without a hop to other threads.
                        .directExecutor()
                        .build();
    }

    private static MethodDescriptor<byte[], byte[]> method(String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("etcdserverpb.KV", name))
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    @Override
    public void set(long sequence, Completion done) {
        call(PUT, putRequest(Records.key(sequence), Records.theValue()), 0, done);
    }

    @Override
    public void get(long sequence, Completion done) {
        // Without the value there is less than its size in a response.
        call(RANGE, rangeRequest(Records.key(sequence)), Records.VALUE_BYTES, done);
    }

    /** {@code PutRequest}: 1 is the key, 2 the value. */
    static byte[] putRequest(byte[] key, byte[] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(key.length + value.length + 8);
        field(FIELD_1, key, out);
        field(FIELD_2, value, out);
        return out.toByteArray();
    }

    /** {@code RangeRequest}: 1 is the key; without more it asks for that key, linearizably. */
    static byte[] rangeRequest(byte[] key) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(key.length + 4);
        field(FIELD_1, key, out);
        return out.toByteArray();
    }

    private static void field(int tag, byte[] bytes, ByteArrayOutputStream out) {
        out.write(tag);
        int rest = bytes.length;
        while (rest > 0x7f) {
            out.write(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
        out.writeBytes(bytes);
    }

    private void call(
            MethodDescriptor<byte[], byte[]> method,
            byte[] request,
            int responseBytesMin,
            Completion done) {
        ClientCalls.asyncUnaryCall(
                channel.newCall(method, CallOptions.DEFAULT),
                request,
                new Response(responseBytesMin, done));
    }

    private static final class Response implements StreamObserver<byte[]> {
        private final int bytesMin;
        private final Completion done;
        private int bytes = -1;

        Response(int bytesMin, Completion done) {
            this.bytesMin = bytesMin;
            this.done = done;
        }

        @Override
        public void onNext(byte[] message) {
            bytes = message.length;
        }

        @Override
        public void onError(Throwable failure) {
            done.fail(failure);
        }

        @Override
        public void onCompleted() {
            if (bytes < bytesMin) {
                done.fail(new IOException("no value in a response of " + bytes + " B"));
            } else {
                done.succeed();
            }
        }
    }

    /** Messages as they are. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message) {
            try {
                return message.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
