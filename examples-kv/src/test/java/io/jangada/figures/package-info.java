/** Programs that measure; nothing here asserts a time. */
@NullMarked
package io.jangada.figures;

import org.jspecify.annotations.NullMarked;
