package io.jangada.raft.testkit.check;

import io.jangada.raft.testkit.check.KvInput.Append;
import io.jangada.raft.testkit.check.KvInput.Cas;
import io.jangada.raft.testkit.check.KvInput.Delete;
import io.jangada.raft.testkit.check.KvInput.Get;
import io.jangada.raft.testkit.check.KvInput.Put;
import io.jangada.raft.testkit.check.KvInput.ReadMode;
import io.jangada.raft.testkit.check.KvInput.Scan;
import io.jangada.raft.testkit.check.Operation.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Histories in a line: events in order of time, each the letter of a process, a colon, and a call
 * or an end.
 *
 * <pre>
 * A:put(x,1) B:get(x) A:ok B:=1        calls; a write ended, a read answered 1
 * A:cas(x,1,2) A:=true                 A:cas(x,-,2) expects an absent key, B:=- read one
 * A:scan(a,m) A:=[a=1,b=2]             A:scan(a,m,10) with a limit, A:scan(a,-) without an end
 * A:fail B:?                           certainly without effect, of unknown outcome
 * A:stale(x)                           a read that promises nothing
 * </pre>
 */
final class Script {

    private Script() {}

    static History<KvInput, KvOutput> history(String script) {
        HistoryBuilder<KvInput, KvOutput> builder = new HistoryBuilder<>();
        int position = 0;
        for (String event : script.isBlank() ? new String[0] : script.strip().split("\\s+")) {
            long process = event.charAt(0);
            String what = event.substring(2);
            Operation<KvInput, KvOutput> called = builder.open(process);
            if (what.contains("(")) {
                builder.invoke(position, position, process, input(what), Map.of());
            } else if (what.equals("fail")) {
                builder.end(position, position, process, Status.FAIL, null, Map.of());
            } else if (what.equals("?")) {
                builder.end(position, position, process, Status.INFO, null, Map.of());
            } else {
                KvOutput output = output(called.input(), what);
                builder.end(position, position, process, Status.OK, output, Map.of());
            }
            position++;
        }
        return builder.build();
    }

    private static KvInput input(String call) {
        String name = call.substring(0, call.indexOf('('));
        String[] part = call.substring(call.indexOf('(') + 1, call.length() - 1).split(",");
        return switch (name) {
            case "get" -> new Get(part[0]);
            case "stale" -> new Get(part[0], ReadMode.STALE);
            case "put" -> new Put(part[0], part[1]);
            case "delete" -> new Delete(part[0]);
            case "append" -> new Append(part[0], part[1]);
            case "cas" -> new Cas(part[0], value(part[1]), value(part[2]));
            case "scan" -> {
                int limit = part.length > 2 ? Integer.parseInt(part[2]) : Scan.UNLIMITED;
                yield new Scan(part[0], value(part[1]), limit, ReadMode.DEFAULT);
            }
            default -> throw new IllegalArgumentException(call);
        };
    }

    private static KvOutput output(KvInput input, String end) {
        if (end.equals("ok")) {
            return new KvOutput.Done();
        }
        String text = end.substring(1);
        if (input instanceof Cas) {
            return new KvOutput.Swapped(Boolean.parseBoolean(text));
        }
        if (input instanceof Get) {
            return new KvOutput.Value(value(text));
        }
        List<Map.Entry<String, String>> entries = new ArrayList<>();
        for (String entry : text.substring(1, text.length() - 1).split(",")) {
            if (!entry.isEmpty()) {
                String[] half = entry.split("=");
                entries.add(Map.entry(half[0], half[1]));
            }
        }
        return new KvOutput.Entries(entries);
    }

    private static String value(String text) {
        return text.equals("-") ? null : text;
    }
}
