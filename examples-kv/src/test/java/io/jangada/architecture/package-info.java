/**
 * The check that modules depend on each other in one direction only and that the core stays pure.
 * It stands in this module because this one sees all others.
 */
@NullMarked
package io.jangada.architecture;

import org.jspecify.annotations.NullMarked;
