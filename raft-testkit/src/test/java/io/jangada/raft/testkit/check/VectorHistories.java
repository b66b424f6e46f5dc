package io.jangada.raft.testkit.check;

import io.jangada.raft.testkit.check.KvInput.Append;
import io.jangada.raft.testkit.check.KvInput.Cas;
import io.jangada.raft.testkit.check.KvInput.Get;
import io.jangada.raft.testkit.check.KvInput.Put;
import io.jangada.raft.testkit.check.Operation.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the two formats of the recorded histories of other projects. */
final class VectorHistories {

    private static final Pattern KV_LINE =
            Pattern.compile(
                    "\\{:process (\\d+), :type :(invoke|ok), :f :(get|put|append),"
                            + " :key \"(.*)\", :value (?:nil|\"(.*)\")}");

    private static final Pattern REGISTER_LINE =
            Pattern.compile(
                    "INFO\\s+jepsen\\.util - (\\d+)\\s+:(invoke|ok|fail|info)\\s+:(read|write|cas)"
                            + "\\s+(?:nil|:timed-out|(\\d+)|\\[(\\d+) (\\d+)])\\s*");

    private static final String REGISTER = "register";

    private VectorHistories() {}

    /** Strings per key, all empty at first; line order is time order; every operation returns. */
    static History<KvInput, KvOutput> kv(Path file) throws IOException {
        HistoryBuilder<KvInput, KvOutput> builder = new HistoryBuilder<>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            Matcher line = match(KV_LINE, lines.get(i));
            long process = Long.parseLong(line.group(1));
            String function = line.group(3);
            String key = line.group(4);
            String value = line.group(5);
            if (line.group(2).equals("invoke")) {
                KvInput input =
                        function.equals("get")
                                ? new Get(key)
                                : function.equals("put")
                                        ? new Put(key, value)
                                        : new Append(key, value);
                builder.invoke(i, i, process, input, Map.of());
            } else {
                // An empty value there is what an absent one is here: nothing puts an empty value.
                KvOutput output =
                        function.equals("get")
                                ? new KvOutput.Value(value.isEmpty() ? null : value)
                                : new KvOutput.Done();
                builder.end(i, i, process, Status.OK, output, Map.of());
            }
        }
        return builder.build();
    }

    /** One register, absent at first; a cas that failed compared and differed. */
    static History<KvInput, KvOutput> register(Path file) throws IOException {
        HistoryBuilder<KvInput, KvOutput> builder = new HistoryBuilder<>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            Matcher line = match(REGISTER_LINE, lines.get(i));
            long process = Long.parseLong(line.group(1));
            String type = line.group(2);
            String function = line.group(3);
            if (type.equals("invoke")) {
                KvInput input =
                        function.equals("read")
                                ? new Get(REGISTER)
                                : function.equals("write")
                                        ? new Put(REGISTER, line.group(4))
                                        : new Cas(REGISTER, line.group(5), line.group(6));
                builder.invoke(i, i, process, input, Map.of());
            } else if (type.equals("info")) {
                builder.end(i, i, process, Status.INFO, null, Map.of());
            } else if (type.equals("fail") && function.equals("read")) {
                builder.end(i, i, process, Status.FAIL, null, Map.of());
            } else {
                KvOutput output =
                        function.equals("read")
                                ? new KvOutput.Value(line.group(4))
                                : function.equals("write")
                                        ? new KvOutput.Done()
                                        : new KvOutput.Swapped(type.equals("ok"));
                builder.end(i, i, process, Status.OK, output, Map.of());
            }
        }
        return builder.build();
    }

    private static Matcher match(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("cannot read: " + line);
        }
        return matcher;
    }
}
