package io.jangada.raft.impl.codec;

/**
 * The fields of a message's header. Numbers are part of the wire format: none is ever changed or
 * used again. Those of frequent messages are below 16, where a tag is one byte.
 */
enum MessageField implements FieldReader.Field {
    GROUP(1, WireType.LENGTH_DELIMITED),
    TYPE(2),
    TERM(3),
    PREV_LOG_INDEX(4),
    PREV_LOG_TERM(5),
    LEADER_COMMIT(6),
    ENTRY_COUNT(7),
    SUCCESS(8),
    INDEX(9),
    CONFLICT_TERM(10),
    CONFLICT_INDEX(11),
    LAST_LOG_INDEX(12),
    ROUND(13),
    REQUEST_ID(14),
    READ_INDEX(15),
    LAST_LOG_TERM(16),
    PRE_VOTE(17),
    GRANTED(18),
    TRANSFER(19),
    PROPOSAL_TYPE(20),
    REASON(21),
    TARGET(22, WireType.LENGTH_DELIMITED),
    SNAPSHOT_TERM(23),
    SNAPSHOT_TIME(24),
    MEMBERSHIP_INDEX(25),
    BYTES(26),
    HASH(27, WireType.LENGTH_DELIMITED),
    STATUS(28),
    CHANGE(29),
    /** One more than the priority; 0 stands for a sender that should not lead. */
    PRIORITY(30),
    REBUILD(31),
    REBUILD_TO(32),
    REST(33),
    LED(34),
    FOLLOWED(35),
    STOPPED(36);

    private final int number;
    private final int wireType;

    MessageField(int number) {
        this(number, WireType.VARINT);
    }

    MessageField(int number, int wireType) {
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
