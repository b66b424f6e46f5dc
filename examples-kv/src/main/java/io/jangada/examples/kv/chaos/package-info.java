/**
 * Real servers under faults and load: what {@code kv chaos} runs. It starts {@code kv server}
 * processes whose links run through proxies of its own, breaks things by a schedule that a seed
 * decides, lets clients record what they saw, and judges that.
 */
@NullMarked
package io.jangada.examples.kv.chaos;

import org.jspecify.annotations.NullMarked;
