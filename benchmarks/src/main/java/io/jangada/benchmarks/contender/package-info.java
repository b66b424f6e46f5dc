/**
 * What is compared: three nodes of one library in this process, behind {@link
 * io.jangada.benchmarks.contender.Contender}, each applying to its own {@link
 * io.jangada.benchmarks.contender.KvMap}. Each library is used as its manual shows.
 */
@NullMarked
package io.jangada.benchmarks.contender;

import org.jspecify.annotations.NullMarked;
