/**
 * One harness for Jangada and its peers: {@link io.jangada.benchmarks.Bench} is the command, {@link
 * io.jangada.benchmarks.Fork} the process of one measurement, {@link
 * io.jangada.benchmarks.Workloads} what is measured. The contenders have a package of their own.
 */
@NullMarked
package io.jangada.benchmarks;

import org.jspecify.annotations.NullMarked;
