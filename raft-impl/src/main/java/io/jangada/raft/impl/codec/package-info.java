/**
 * Values, messages and bytes: {@link io.jangada.raft.impl.codec.RecordCodecs} for what applications
 * put into the log, {@link io.jangada.raft.impl.codec.MessageCodec} for what nodes tell each other.
 *
 * <p>Both speak the protobuf encoding through protostuff-core, with schemas that are closed: every
 * field has its number and type, no class is loaded by a name found in the data, fields of later
 * versions are skipped if they are of a simple wire type, and groups, which could nest without end,
 * are refused.
 */
@NullMarked
package io.jangada.raft.impl.codec;

import org.jspecify.annotations.NullMarked;
