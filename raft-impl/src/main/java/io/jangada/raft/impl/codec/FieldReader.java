package io.jangada.raft.impl.codec;

import io.protostuff.ByteBufferInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one frame: headers, each a length and then fields of a closed schema, and blocks of bytes
 * between them. Holds the fields of the latest header, each asked for by whoever needs it.
 */
final class FieldReader {
    /** A field of a schema. */
    interface Field {
        /** From 1 to 39. */
        int number();

        int wireType();

        /** For error messages: enums have it. */
        String name();
    }

    /** The fields of one kind of header by their number. */
    static final class Schema {
        private final @Nullable Field[] byNumber = new Field[FIELDS_MAX];

        Schema(Field... fields) {
            for (Field field : fields) {
                byNumber[field.number()] = field;
            }
        }

        @Nullable Field field(int number) {
            return number < byNumber.length ? byNumber[number] : null;
        }
    }

    /** Terms, indexes and counters stay below this, so that nobody's arithmetic overflows. */
    private static final long NUMBER_MAX = 1L << 62;

    private static final int NAME_BYTES_MAX = 64;
    private static final int FIELDS_MAX = 40;

    private final ByteBufferInput in;
    private final long[] numbers = new long[FIELDS_MAX];
    private final @Nullable String[] texts = new String[FIELDS_MAX];

    /** A bit for each field that the header had. */
    private long present;

    FieldReader(ByteBuffer frame) {
        in = new ByteBufferInput(frame, false);
    }

    boolean hasMore() {
        return remaining() > 0;
    }

    /** How many bytes are left of the frame. */
    int remaining() {
        return in.currentLimit() - in.currentOffset();
    }

    /** Reads the next header. */
    void readHeader(Schema schema) throws IOException {
        present = 0;
        int size = in.readRawVarint32();
        if (size < 0 || size > remaining()) {
            throw new BadFrameException("a header is longer than its frame");
        }
        int end = in.currentOffset() + size;
        while (in.currentOffset() < end) {
            readField(schema.field(in.readTag() >>> 3));
        }
        if (in.currentOffset() != end) {
            throw new BadFrameException("a header does not end where it says");
        }
    }

    /** Reads a length and that many bytes into an array of their own. */
    byte[] readBlock() throws IOException {
        return in.readByteArray();
    }

    private void readField(@Nullable Field field) throws IOException {
        if (field == null) {
            WireType.skipUnknown(in);
            return;
        }
        WireType.check(in, field.wireType(), field.name());
        long bit = 1L << field.number();
        if ((present & bit) != 0) {
            throw new BadFrameException(field.name() + " comes twice");
        }
        present |= bit;
        if (field.wireType() == WireType.VARINT) {
            numbers[field.number()] = in.readUInt64();
        } else {
            texts[field.number()] = readName(field);
        }
    }

    private String readName(Field field) throws IOException {
        byte[] bytes = in.readByteArray();
        if (bytes.length > NAME_BYTES_MAX) {
            throw new BadFrameException(field.name() + " has " + bytes.length + " bytes");
        }
        return Utf8.decode(bytes);
    }

    /** A number of any value. */
    long any(Field field) {
        if (!has(field)) {
            throw new BadFrameException(field.name() + " is missing");
        }
        return numbers[field.number()];
    }

    /** Whether the header had the field. */
    boolean has(Field field) {
        return (present & 1L << field.number()) != 0;
    }

    /** A number from 0 on; the default if the field is not there. */
    long optional(Field field, long byDefault) {
        return has(field) ? number(field) : byDefault;
    }

    /** A truth value; false if the field is not there. */
    boolean optionalFlag(Field field) {
        return has(field) && flag(field);
    }

    /** A number from 0 on. */
    long number(Field field) {
        return between(0, field, NUMBER_MAX);
    }

    /** A number from 1 on. */
    long positive(Field field) {
        return between(1, field, NUMBER_MAX);
    }

    int smallNumber(Field field) {
        return (int) between(0, field, Integer.MAX_VALUE);
    }

    boolean flag(Field field) {
        return between(0, field, 1) == 1;
    }

    String text(Field field) {
        String text = texts[field.number()];
        if (!has(field) || text == null) {
            throw new BadFrameException(field.name() + " is missing");
        }
        return text;
    }

    private long between(long min, Field field, long max) {
        long value = any(field);
        if (value < min || value > max) {
            throw new BadFrameException(field.name() + " is " + value);
        }
        return value;
    }
}
