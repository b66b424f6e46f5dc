package io.jangada.examples.kv.resp;

import io.jangada.examples.kv.StatusFields;
import io.jangada.raft.api.GroupStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What {@code INFO} tells, in sections. */
final class Info {
    /** The Redis whose commands these are: clients choose by it what they may send. */
    static final String REDIS_VERSION = "7.2.0";

    private static final Set<String> ALL = Set.of("all", "default", "everything");

    private Info() {}

    static Plan info(Client client, Args args) {
        List<String> wanted = new ArrayList<>();
        for (int i = 1; i < args.count(); i++) {
            wanted.add(args.word(i));
        }
        return new Plan.Alone(
                timeout ->
                        client.server()
                                .group()
                                .read(ReadConsistency.STALE.mode(), machine -> machine.map().size())
                                // A stopped node has no map to count, and still tells the rest.
                                .exceptionally(stopped -> 0)
                                .thenApply(keys -> reply(client, keys, wanted)));
    }

    private static Reply reply(Client client, int keys, List<String> wanted) {
        boolean all = wanted.isEmpty() || wanted.stream().anyMatch(ALL::contains);
        StringBuilder text = new StringBuilder();
        sections(client, keys)
                .forEach(
                        (name, fields) -> {
                            if (all || wanted.contains(name.toLowerCase(Locale.ROOT))) {
                                append(text, name, fields);
                            }
                        });
        return new Reply.Verbatim(text.toString());
    }

    private static void append(StringBuilder text, String name, Map<String, Object> fields) {
        if (text.length() > 0) {
            text.append("\r\n");
        }
        text.append("# ").append(name).append("\r\n");
        fields.forEach((key, value) -> text.append(key).append(':').append(value).append("\r\n"));
    }

    private static Map<String, Map<String, Object>> sections(Client client, int keys) {
        Map<String, Map<String, Object>> sections = new LinkedHashMap<>();
        sections.put("Server", server(client));
        sections.put("Clients", clients(client.server()));
        sections.put("Memory", memory(client.server()));
        sections.put("Raft", raft(client));
        sections.put("Stats", stats(client.server()));
        sections.put("Keyspace", keyspace(keys));
        return sections;
    }

    private static Map<String, Object> server(Client client) {
        RespNode server = client.server();
        long uptime =
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - server.stats().startedNanos);
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("redis_version", REDIS_VERSION);
        fields.put("redis_mode", "standalone");
        fields.put("server_name", "jangada");
        fields.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        fields.put("java_version", Runtime.version());
        fields.put("process_id", ProcessHandle.current().pid());
        fields.put("tcp_port", server.port());
        fields.put("uptime_in_seconds", uptime);
        fields.put("uptime_in_days", TimeUnit.SECONDS.toDays(uptime));
        return fields;
    }

    private static Map<String, Object> clients(RespNode server) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("connected_clients", server.clients().size());
        fields.put("blocked_clients", 0);
        fields.put("maxclients", server.config().clientsMax());
        return fields;
    }

    private static Map<String, Object> memory(RespNode server) {
        Runtime runtime = Runtime.getRuntime();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("used_memory", runtime.totalMemory() - runtime.freeMemory());
        fields.put("total_memory", runtime.totalMemory());
        fields.put("maxmemory", runtime.maxMemory());
        fields.put("requests_memory", server.budget().taken());
        return fields;
    }

    private static Map<String, Object> raft(Client client) {
        Map<String, Object> fields = new LinkedHashMap<>();
        RaftCommands.statusFields(client)
                .forEach((name, value) -> fields.put("raft_" + name, value));
        GroupStatus status = client.server().group().status();
        if (status.membership().isJoint()) {
            fields.put("raft_outgoing", StatusFields.members(status.membership().outgoing()));
        }
        fields.put("raft_snapshot", status.snapshotIndex());
        fields.put("raft_why", client.server().group().admin().why().replaceAll("\\R", " "));
        status.stopped().ifPresent(reason -> fields.put("raft_stopped", reason));
        return fields;
    }

    private static Map<String, Object> stats(RespNode server) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("total_connections_received", server.stats().connections.get());
        fields.put("total_commands_processed", server.stats().commands.sum());
        fields.put("total_error_replies", server.stats().errors.sum());
        fields.put("rejected_connections", server.stats().rejectedConnections.sum());
        return fields;
    }

    private static Map<String, Object> keyspace(int keys) {
        return keys == 0 ? Map.of() : Map.of("db0", "keys=" + keys + ",expires=0,avg_ttl=0");
    }
}
