package io.jangada.raft.spi;

import io.jangada.raft.api.Codec;

/** Makes the codecs of {@link Codec#of}; found by {@link java.util.ServiceLoader}. */
public interface CodecProvider {
    /**
     * See {@link Codec#of}.
     *
     * @param type the class of value
     * @param <T> the type of value
     * @return a codec
     */
    <T> Codec<T> codecOf(Class<T> type);
}
