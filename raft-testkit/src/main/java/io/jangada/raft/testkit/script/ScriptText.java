package io.jangada.raft.testkit.script;

import java.util.ArrayList;
import java.util.List;

/**
 * A script's text, taken apart: instructions, what is recorded beneath them, and all other lines,
 * which are kept as they are.
 */
final class ScriptText {
    private static final String RULER = "----";

    /**
     * An instruction, or a comment or an empty line between instructions.
     *
     * @param number which line of the file, from 1
     * @param text the line
     */
    record Line(int number, String text) {
        boolean isInstruction() {
            return !text.isBlank() && !isComment();
        }

        boolean isComment() {
            return text.startsWith("#");
        }
    }

    /**
     * Instructions that stand together, and what they show.
     *
     * @param lines instructions and comments
     * @param output what is recorded beneath, without the ruler
     * @param gap how many empty lines come before
     */
    record Block(List<Line> lines, List<String> output, int gap) {}

    private final String name;
    private final List<Block> blocks = new ArrayList<>();

    ScriptText(String name, String text) {
        this.name = name;
        List<String> lines = text.lines().toList();
        int gap = 0;
        int at = 0;
        while (at < lines.size()) {
            if (lines.get(at).isBlank()) {
                gap++;
                at++;
            } else {
                at = readBlock(lines, at, gap);
                gap = 0;
            }
        }
    }

    private int readBlock(List<String> lines, int from, int gap) {
        List<Line> instructions = new ArrayList<>();
        List<String> output = new ArrayList<>();
        int at = from;
        while (at < lines.size() && !lines.get(at).isBlank() && !lines.get(at).equals(RULER)) {
            instructions.add(new Line(at + 1, lines.get(at)));
            at++;
        }
        if (at < lines.size() && lines.get(at).equals(RULER)) {
            if (instructions.stream().noneMatch(Line::isInstruction)) {
                throw new ScriptException(
                        name + ":" + (at + 1), "there is no instruction above this " + RULER);
            }
            at++;
            while (at < lines.size() && !lines.get(at).isBlank()) {
                output.add(lines.get(at++));
            }
        }
        blocks.add(new Block(instructions, output, gap));
        return at;
    }

    String name() {
        return name;
    }

    List<Block> blocks() {
        return blocks;
    }

    /** The same script with other things recorded beneath its blocks. */
    String with(List<List<String>> outputs) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            text.append("\n".repeat(i == 0 ? block.gap() : Math.max(1, block.gap())));
            block.lines().forEach(line -> text.append(line.text().stripTrailing()).append('\n'));
            List<String> output = outputs.get(i);
            if (!output.isEmpty()) {
                text.append(RULER).append('\n');
                output.forEach(line -> text.append(line).append('\n'));
            }
        }
        return text.toString();
    }
}
