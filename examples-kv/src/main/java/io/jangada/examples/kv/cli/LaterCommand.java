package io.jangada.examples.kv.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** A command that has its name already, whatever it is given. */
@Command(header = "Not yet available.")
final class LaterCommand implements Callable<Integer> {
    @Unmatched
    @SuppressWarnings("unused") // Taken, so that no word is called unknown.
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() {
        throw new UsageException("not yet available");
    }
}
