/**
 * Parts of Jangada alone, measured with JMH: {@code bin/bench micro}. Unlike the contenders they
 * reach into {@code raft-impl}.
 */
@NullMarked
package io.jangada.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
