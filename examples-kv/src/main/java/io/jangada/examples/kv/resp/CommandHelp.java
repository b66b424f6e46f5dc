package io.jangada.examples.kv.resp;

import java.util.List;

/**
 * What people are told about a command.
 *
 * @param name in lower case
 * @param syntax its arguments; square brackets hold what may be left out
 * @param summary one sentence
 * @param group {@code string}, {@code connection}, {@code server} or {@code raft}
 */
public record CommandHelp(String name, String syntax, String summary, String group) {
    /**
     * All commands that the server knows.
     *
     * @return in the order of their names
     */
    public static List<CommandHelp> all() {
        return Commands.all().stream()
                .map(
                        command ->
                                new CommandHelp(
                                        command.name(),
                                        command.syntax(),
                                        command.summary(),
                                        command.kind().group()))
                .toList();
    }
}
