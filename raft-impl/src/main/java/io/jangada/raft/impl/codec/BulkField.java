package io.jangada.raft.impl.codec;

/** The fields of a bulk message's header. None is ever changed or used again. */
enum BulkField implements FieldReader.Field {
    GROUP(1, WireType.LENGTH_DELIMITED),
    TYPE(2),
    INDEX(3),
    HASH(4, WireType.LENGTH_DELIMITED),
    POSITION(5),
    LENGTH(6),
    CRC32C(7),
    REFUSAL(8);

    private final int number;
    private final int wireType;

    BulkField(int number) {
        this(number, WireType.VARINT);
    }

    BulkField(int number, int wireType) {
        this.number = number;
        this.wireType = wireType;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public int wireType() {
        return wireType;
    }
}
