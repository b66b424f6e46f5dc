package io.jangada.architecture.specimen.raft.transport.netty;

import io.jangada.architecture.specimen.raft.impl.Secret;

/** A transport that looks into the implementation: what the architecture check must find. */
record CuriousTransport(Secret secret) {}
