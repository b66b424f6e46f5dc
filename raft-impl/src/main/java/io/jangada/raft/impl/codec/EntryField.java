package io.jangada.raft.impl.codec;

/** The fields of an entry's header; its index follows from where it stands. */
enum EntryField implements FieldReader.Field {
    ENTRY_TYPE(1),
    ENTRY_TERM(2),
    CLUSTER_TIME(3);

    private final int number;

    EntryField(int number) {
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public int wireType() {
        return WireType.VARINT;
    }
}
