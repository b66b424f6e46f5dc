package io.jangada.raft.testkit.script;

import io.jangada.raft.testkit.script.ScriptText.Block;
import io.jangada.raft.testkit.script.ScriptText.Line;
import io.jangada.raft.testkit.sim.SequenceDiagram;
import io.jangada.raft.testkit.sim.SimulationFailure;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A scenario as text: instructions for a simulated cluster, one a line, and beneath each block of
 * them, under {@code ----}, what they show. Lines that begin with {@code #} are comments.
 *
 * <p>All invariants are checked after every event; at the end what the named clients saw must be
 * linearizable. A test needs one line:
 *
 * <pre>
 * SimScript.of(Path.of("src/test/resources/scripts/s05-bridge-node.txt")).check();
 * </pre>
 *
 * <p>With the system property {@code scripts.rewrite=true} what is shown is written into the file
 * instead of being compared; what {@code expect} says must hold nevertheless. With {@code
 * trace=true} every event is printed, with {@code trace=diagram} the latest ones as a {@link
 * SequenceDiagram}, as many as {@code trace.last} says (default 200).
 */
public final class SimScript {
    /** Held, since the logging system forgets the level of a logger that nobody holds. */
    private static final Logger LIBRARY = Logger.getLogger("io.jangada.raft.impl");

    private final @Nullable Path file;
    private final ScriptText text;

    private SimScript(@Nullable Path file, ScriptText text) {
        this.file = file;
        this.text = text;
    }

    /**
     * Reads a file.
     *
     * @param file in UTF-8
     * @return the script, not run
     * @throws ScriptException if the text is not a script
     * @throws UncheckedIOException if it cannot be read
     */
    public static SimScript of(Path file) {
        return new SimScript(file, new ScriptText("" + file.getFileName(), read(file)));
    }

    /**
     * Takes a text.
     *
     * @param name stands for a file's name in complaints
     * @param text the script
     * @return the script, not run
     * @throws ScriptException if the text is not a script
     */
    public static SimScript parse(String name, String text) {
        return new SimScript(null, new ScriptText(name, text));
    }

    /**
     * Finds scripts.
     *
     * @param folder where they are
     * @return all files {@code *.txt} in it, by name
     * @throws UncheckedIOException if the folder cannot be read
     */
    public static List<Path> in(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * All instructions.
     *
     * @return how each is written, and what it does
     */
    public static String help() {
        return String.join("\n", new Instructions(new Stage()).help())
                + "\n\nconditions: "
                + Condition.GRAMMAR
                + "\n";
    }

    /**
     * Runs the script, and compares what it shows with what is recorded, or records it, see above.
     *
     * @throws ScriptException if an instruction is wrong
     * @throws ScriptFailure if something is not as the script says
     */
    public void check() {
        if (Boolean.getBoolean("scripts.rewrite")) {
            rewrite();
            return;
        }
        List<List<String>> outputs = outputs();
        for (int i = 0; i < outputs.size(); i++) {
            Block block = text.blocks().get(i);
            if (!outputs.get(i).equals(block.output())) {
                throw new ScriptFailure(where(block), difference(block, outputs.get(i)), null);
            }
        }
    }

    /**
     * Runs the script without comparing.
     *
     * @return the script with what it shows recorded
     * @throws ScriptException if an instruction is wrong
     * @throws ScriptFailure if an expectation or an invariant does not hold
     */
    public String run() {
        return text.with(outputs());
    }

    /**
     * Runs the script and writes what it shows into its file.
     *
     * @throws ScriptException if an instruction is wrong
     * @throws ScriptFailure if an expectation or an invariant does not hold
     * @throws UncheckedIOException if the file cannot be written
     */
    public void rewrite() {
        String recorded = run();
        if (file != null && !recorded.equals(read(file))) {
            try {
                Files.writeString(file, recorded, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private String where(Block block) {
        return text.name() + ":" + block.lines().get(block.lines().size() - 1).number();
    }

    private static String difference(Block block, List<String> shown) {
        return "shows something else than is recorded (-Dscripts.rewrite=true records it)"
                + "\nrecorded:\n    "
                + String.join("\n    ", block.output())
                + "\nshown:\n    "
                + String.join("\n    ", shown);
    }

    // Running

    private List<List<String>> outputs() {
        Stage stage = new Stage();
        Instructions instructions = new Instructions(stage);
        String trace = System.getProperty("trace", "false");
        SequenceDiagram diagram = new SequenceDiagram(Integer.getInteger("trace.last", 200));
        if (trace.equals("true")) {
            stage.whenOpen(cluster -> cluster.simulation().traceTo(System.out::println));
        } else if (trace.equals("diagram")) {
            stage.whenOpen(cluster -> cluster.simulation().traceTo(diagram));
        }
        try {
            return outputs(stage, instructions);
        } finally {
            if (trace.equals("diagram")) {
                System.out.println(text.name() + "\n" + diagram.render());
            }
            stage.close();
        }
    }

    private List<List<String>> outputs(Stage stage, Instructions instructions) {
        List<List<String>> outputs = new ArrayList<>();
        Line last = new Line(1, "");
        boolean over = false;
        for (Block block : text.blocks()) {
            for (Line line : block.lines()) {
                if (line.isInstruction()) {
                    if (over) {
                        throw new ScriptException(
                                where(line), "the violation above ends the script");
                    }
                    over = run(stage, instructions, line);
                    last = line;
                }
            }
            outputs.add(stage.takeTold());
        }
        if (!over) {
            judge(stage, last);
        }
        return outputs;
    }

    /** Whether a violation that the script is about has ended it. */
    private boolean run(Stage stage, Instructions instructions, Line line) {
        Words words = new Words(where(line), line.text());
        if (stage.isOpen()) {
            words.electionTimeout(stage.cluster().config().electionTimeout());
        }
        try {
            instructions.run(words);
            return false;
        } catch (SimulationFailure e) {
            return endsByViolation(stage, line, e);
        }
    }

    private boolean endsByViolation(Stage stage, Line line, SimulationFailure failure) {
        String invariant = stage.expectedViolation();
        String message = "" + failure.getMessage();
        String found = message.replaceFirst("(?s)^seed -?\\d+ at [0-9.]+ s: ", "");
        if (invariant == null || !found.startsWith(invariant + " ")) {
            throw new ScriptFailure(where(line), message, failure);
        }
        stage.tell(found.replaceFirst("(?s) violated: .*", " is violated"));
        return true;
    }

    private void judge(Stage stage, Line last) {
        if (stage.expectedViolation() != null) {
            throw new ScriptFailure(
                    where(last), stage.expectedViolation() + " was not violated", null);
        }
        if (stage.isOpen()) {
            try {
                stage.clients().judge();
            } catch (SimulationFailure e) {
                throw new ScriptFailure(where(last), "" + e.getMessage(), e);
            }
        }
    }

    private String where(Line line) {
        return text.name() + ":" + line.number();
    }

    // Command line

    /**
     * Checks scripts: {@code [--rewrite] FILE...}, or {@code --help}. Ends with 0 if all are as
     * recorded, with 1 if one is not, with 2 if the command line or a script is wrong.
     *
     * @param arguments files, in any order with {@code --rewrite}
     */
    public static void main(String[] arguments) {
        LIBRARY.setLevel(Level.OFF); // What scripts do to nodes is not worth a log line.
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.contains("--help")) {
            out.print(help());
            return 0;
        }
        List<String> files = new ArrayList<>(arguments);
        boolean rewrites = files.remove("--rewrite");
        if (files.isEmpty() || files.stream().anyMatch(name -> name.startsWith("-"))) {
            err.println("usage: SimScript [--rewrite] FILE..., or SimScript --help");
            return 2;
        }
        int failed = 0;
        for (String name : files) {
            try {
                SimScript script = of(Path.of(name));
                if (rewrites) {
                    script.rewrite();
                } else {
                    script.check();
                }
            } catch (ScriptFailure e) {
                err.println(e.getMessage());
                failed++;
            } catch (ScriptException e) {
                err.println(e.getMessage());
                return 2;
            } catch (UncheckedIOException e) {
                boolean missing = e.getCause() instanceof NoSuchFileException;
                err.println(name + (missing ? ": there is no such file" : ": " + e.getCause()));
                return 2;
            }
        }
        out.println((files.size() - failed) + " of " + files.size() + " scripts passed");
        return failed == 0 ? 0 : 1;
    }
}
