package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Codec;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How {@link KvCommand}s and their answers look in the log and in sessions. */
final class KvCodecs {
    static final Codec<KvCommand> COMMANDS = new Commands();
    static final Codec<KvOutput> OUTPUTS = new Outputs();

    private static final byte GET = 0;
    private static final byte PUT = 1;
    private static final byte DELETE = 2;
    private static final byte APPEND = 3;
    private static final byte CAS = 4;

    private static final byte VALUE = 0;
    private static final byte SWAPPED = 1;
    private static final byte DONE = 2;

    private KvCodecs() {}

    private static byte[] bytes(@Nullable String text) {
        return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    }

    /** Length and bytes; length -1 for null. */
    private static void put(ByteBuffer out, @Nullable String text) {
        byte[] bytes = bytes(text);
        out.putInt(text == null ? -1 : bytes.length).put(bytes);
    }

    private static @Nullable String get(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String getText(ByteBuffer in) {
        String text = get(in);
        if (text == null) {
            throw new IllegalArgumentException("a text is missing");
        }
        return text;
    }

    private static final class Commands implements Codec<KvCommand> {
        @Override
        public byte[] encode(KvCommand command) {
            KvInput input = command.input();
            if (input instanceof KvInput.Get) {
                return encode(command.id(), GET, input.key(), null, null);
            } else if (input instanceof KvInput.Put put) {
                return encode(command.id(), PUT, put.key(), put.value(), null);
            } else if (input instanceof KvInput.Delete) {
                return encode(command.id(), DELETE, input.key(), null, null);
            } else if (input instanceof KvInput.Append append) {
                return encode(command.id(), APPEND, append.key(), append.suffix(), null);
            } else if (input instanceof KvInput.Cas cas) {
                return encode(command.id(), CAS, cas.key(), cas.expected(), cas.replacement());
            }
            throw new IllegalArgumentException("no command for " + input);
        }

        private static byte[] encode(
                long id, byte kind, String key, @Nullable String one, @Nullable String two) {
            int size = 8 + 1 + 3 * 4 + bytes(key).length + bytes(one).length + bytes(two).length;
            ByteBuffer out = ByteBuffer.allocate(size).putLong(id).put(kind);
            put(out, key);
            put(out, one);
            put(out, two);
            return out.array();
        }

        @Override
        public KvCommand decode(ByteBuffer in) {
            long id = in.getLong();
            byte kind = in.get();
            String key = getText(in);
            String one = get(in);
            String two = get(in);
            return new KvCommand(id, input(kind, key, one, two));
        }

        private static KvInput input(
                byte kind, String key, @Nullable String one, @Nullable String two) {
            return switch (kind) {
                case GET -> new KvInput.Get(key, KvInput.ReadMode.LOG);
                case PUT -> new KvInput.Put(key, required(one));
                case DELETE -> new KvInput.Delete(key);
                case APPEND -> new KvInput.Append(key, required(one));
                case CAS -> new KvInput.Cas(key, one, two);
                default -> throw new IllegalArgumentException("no command of kind " + kind);
            };
        }

        private static String required(@Nullable String text) {
            if (text == null) {
                throw new IllegalArgumentException("a value is missing");
            }
            return text;
        }
    }

    private static final class Outputs implements Codec<KvOutput> {
        @Override
        public byte[] encode(KvOutput output) {
            if (output instanceof KvOutput.Value value) {
                ByteBuffer out = ByteBuffer.allocate(1 + 4 + bytes(value.value()).length);
                put(out.put(VALUE), value.value());
                return out.array();
            } else if (output instanceof KvOutput.Swapped swapped) {
                return new byte[] {SWAPPED, (byte) (swapped.swapped() ? 1 : 0)};
            } else if (output instanceof KvOutput.Done) {
                return new byte[] {DONE};
            }
            throw new IllegalArgumentException("no answer of a command: " + output);
        }

        @Override
        public KvOutput decode(ByteBuffer in) {
            byte kind = in.get();
            return switch (kind) {
                case VALUE -> new KvOutput.Value(get(in));
                case SWAPPED -> new KvOutput.Swapped(in.get() == 1);
                case DONE -> new KvOutput.Done();
                default -> throw new IllegalArgumentException("no answer of kind " + kind);
            };
        }
    }
}
