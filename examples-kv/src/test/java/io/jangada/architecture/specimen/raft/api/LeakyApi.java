package io.jangada.architecture.specimen.raft.api;

import io.netty.buffer.ByteBuf;

/** An API type that shows a library's type: what the architecture check must find. */
interface LeakyApi {
    ByteBuf bytes();
}
