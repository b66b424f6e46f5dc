package io.jangada.architecture.specimen.raft.impl;

/** Something of the implementation that others would like to use. */
public record Secret(int value) {}
