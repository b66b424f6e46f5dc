package io.jangada.raft.testkit.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All instructions by their first word. */
final class Instructions {
    /** Carries an instruction out. */
    interface Handler {
        void run(Words words);
    }

    private record Instruction(String usage, String meaning, Handler handler) {}

    private final Map<String, Instruction> byName = new TreeMap<>();

    Instructions(Stage stage) {
        new ClusterInstructions(stage).addTo(this);
        new NodeInstructions(stage).addTo(this);
        new NetworkInstructions(stage).addTo(this);
        new DiskInstructions(stage).addTo(this);
        new ClientInstructions(stage).addTo(this);
        new MemberInstructions(stage).addTo(this);
        new ViewInstructions(stage).addTo(this);
    }

    /**
     * Adds one.
     *
     * @param usage its words, the first of them its name
     */
    void add(String usage, String meaning, Handler handler) {
        String name = usage.split(" ", 2)[0];
        byName.put(name, new Instruction(usage, meaning, handler));
    }

    /**
     * Carries out the instruction of a line.
     *
     * @throws ScriptException if there is no such instruction, or its words are wrong
     */
    void run(Words words) {
        String name = words.next("an instruction");
        Instruction instruction = byName.get(name);
        if (instruction == null) {
            throw words.bad(
                    "there is no instruction '"
                            + name
                            + "'; there are "
                            + String.join(", ", byName.keySet()));
        }
        try {
            instruction.handler().run(words);
        } catch (ScriptException e) {
            throw new ScriptException(
                    words.where(), e.reason() + "; write '" + instruction.usage() + "'");
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw words.bad(name + ": " + e.getMessage());
        }
    }

    /** A line for each: how it is written, and what it does. */
    List<String> help() {
        List<String> lines = new ArrayList<>();
        for (Instruction each : byName.values()) {
            lines.add(each.usage() + "\n    " + each.meaning());
        }
        return lines;
    }
}
