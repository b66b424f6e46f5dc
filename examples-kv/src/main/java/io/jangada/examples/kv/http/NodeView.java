package io.jangada.examples.kv.http;

import io.jangada.raft.api.GroupStatus;
import java.util.Optional;

/**
 * A node as the page shows it.
 *
 * @param id its name
 * @param resp where Redis clients connect, as {@code host:port}
 * @param status what it knows of its group, empty while it does not run
 */
public record NodeView(String id, String resp, Optional<GroupStatus> status) {}
