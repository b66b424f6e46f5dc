/** The provider behind {@link io.jangada.raft.api.Raft}; all the rest is not for applications. */
@NullMarked
package io.jangada.raft.impl;

import org.jspecify.annotations.NullMarked;
