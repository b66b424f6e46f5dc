package io.jangada.examples.kv.resp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client sent.
 *
 * @param words the command's name and its arguments; empty if the request was refused
 * @param bytes what it took from the budget, to be given back with the reply
 * @param refusal what to answer instead of doing it, if it overstepped a limit
 */
record Request(List<byte[]> words, long bytes, @Nullable Reply refusal) {}
