package io.jangada.raft.testkit.script;

import io.jangada.raft.testkit.sim.DiskOperation;
import io.jangada.raft.testkit.sim.DiskRule;
import io.jangada.raft.testkit.sim.SimCluster;
import io.jangada.raft.testkit.sim.SimDisk;
import io.jangada.raft.testkit.sim.SimNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Disks: what they do to chosen operations, and how they are. */
final class DiskInstructions {
    private static final Map<String, Predicate<DiskOperation>> OPERATIONS = operations();

    private final Stage stage;

    DiskInstructions(Stage stage) {
        this.stage = stage;
    }

    private static Map<String, Predicate<DiskOperation>> operations() {
        Map<String, Predicate<DiskOperation>> all = new LinkedHashMap<>();
        all.put("any", operation -> true);
        all.put("append", operation -> operation instanceof DiskOperation.Append);
        all.put(
                "vote",
                operation ->
                        operation instanceof DiskOperation.Append append
                                && append.hardState() != null);
        all.put("sync", operation -> operation instanceof DiskOperation.Sync);
        all.put("compact", operation -> operation instanceof DiskOperation.Compact);
        all.put("reset", operation -> operation instanceof DiskOperation.Reset);
        all.put("file", operation -> operation instanceof DiskOperation.OfSnapshot);
        all.put("file-write", operation -> operation instanceof DiskOperation.SnapshotWrite);
        all.put("file-sync", operation -> operation instanceof DiskOperation.SnapshotSync);
        all.put("rename", operation -> operation instanceof DiskOperation.SnapshotRename);
        all.put("folder-sync", operation -> operation instanceof DiskOperation.FolderSync);
        all.put("delete", operation -> operation instanceof DiskOperation.SnapshotDelete);
        all.put("file-read", operation -> operation instanceof DiskOperation.SnapshotRead);
        return all;
    }

    void addTo(Instructions all) {
        all.add(
                "disk NODE full|free|damage|damage-vote|damage-snapshot | disk NODE time=RANGE"
                        + " [files=RANGE] | disk NODE hold|delay|fail|lose|tear|crash-before|"
                        + "crash-after OPERATION[,OPERATION]... [index=I] [nth=N] [by=DURATION]"
                        + " [parts=K] [keep=all|none|NUMBERS] [as=NAME]",
                "how a disk is, or what it does to chosen operations: "
                        + String.join(", ", OPERATIONS.keySet()),
                this::disk);
    }

    private void disk(Words words) {
        SimNode node = stage.node(words, words.next("a node"));
        SimDisk disk = node.disk();
        if (!words.hasNext()) {
            times(words, disk);
            return;
        }
        String what = words.next("what the disk does");
        switch (what) {
            case "full" -> plain(words, () -> disk.full(true));
            case "free" -> plain(words, () -> disk.full(false));
            case "damage" -> plain(words, () -> disk.damage(SimCluster.GROUP, true));
            case "damage-vote" -> plain(words, () -> disk.damage(SimCluster.GROUP, false));
            case "damage-snapshot" -> plain(words, () -> disk.damageSnapshot(SimCluster.GROUP));
            default -> addRule(words, disk, what);
        }
    }

    private static void plain(Words words, Runnable action) {
        words.end();
        action.run();
    }

    private static void times(Words words, SimDisk disk) {
        String time = words.option("time");
        String files = words.option("files");
        words.end();
        if (time == null && files == null) {
            throw words.bad("say what the disk does");
        }
        if (time != null) {
            Duration[] range = words.range(time);
            disk.syncTime(range[0], range[1]);
        }
        if (files != null) {
            Duration[] range = words.range(files);
            disk.snapshotTime(range[0], range[1]);
        }
    }

    private void addRule(Words words, SimDisk disk, String what) {
        Predicate<DiskOperation> filter = filter(words);
        String name = words.option("as");
        DiskRule rule = rule(words, disk, what, filter);
        stage.keep(words, name, new Rule.OfDisk(rule, what.equals("hold")));
    }

    private static DiskRule rule(
            Words words, SimDisk disk, String what, Predicate<DiskOperation> filter) {
        String by = words.option("by");
        String parts = words.option("parts");
        String keep = words.option("keep");
        words.end();
        return switch (what) {
            case "hold" -> disk.hold(filter);
            case "delay" -> disk.delay(filter, words.duration(given(words, "by", by)));
            case "fail" -> disk.fail(filter);
            case "lose" -> disk.lose(filter);
            case "tear" -> disk.tear(filter, words.number(given(words, "parts", parts)));
            case "crash-before" -> crashAt(words, disk, filter, false, keep);
            case "crash-after" -> crashAt(words, disk, filter, true, keep);
            default -> throw words.bad("a disk cannot '" + what + "'");
        };
    }

    private static String given(Words words, String name, @Nullable String value) {
        if (value == null) {
            throw words.bad("option " + name + "= is missing");
        }
        return value;
    }

    private static DiskRule crashAt(
            Words words,
            SimDisk disk,
            Predicate<DiskOperation> filter,
            boolean done,
            @Nullable String keep) {
        return keep == null
                ? disk.crashAt(filter, done)
                : disk.crashAt(filter, done, NodeInstructions.survivors(words, keep));
    }

    private static Predicate<DiskOperation> filter(Words words) {
        List<String> kinds = List.of(words.next("an operation").split(","));
        List<Predicate<DiskOperation>> tests = new ArrayList<>();
        for (String kind : kinds) {
            Predicate<DiskOperation> test = OPERATIONS.get(kind);
            if (test == null) {
                throw words.bad("there is no operation '" + kind + "' but " + OPERATIONS.keySet());
            }
            tests.add(test);
        }
        int nth = words.number(words.option("nth", "0"));
        String index = words.option("index");
        int wanted = index == null ? 0 : words.number(index);
        int[] met = {0};
        return operation ->
                tests.stream().anyMatch(test -> test.test(operation))
                        && (wanted == 0 || concerns(operation, wanted))
                        && (nth == 0 || ++met[0] == nth);
    }

    private static boolean concerns(DiskOperation operation, long index) {
        if (operation instanceof DiskOperation.Append append) {
            return append.entries().stream().anyMatch(entry -> entry.index() == index);
        } else if (operation instanceof DiskOperation.OfSnapshot snapshot) {
            return snapshot.index() == index;
        } else if (operation instanceof DiskOperation.Compact compact) {
            return compact.index() == index;
        }
        return operation instanceof DiskOperation.Reset reset && reset.index() == index;
    }
}
