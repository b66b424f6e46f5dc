package io.jangada.raft.impl.runtime;

import io.jangada.raft.spi.FileStateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Leaves its numbers in two files, and takes them from there; as an embedded database would. */
final class FileAdder extends Adder implements FileStateMachine {
    private final Path folder;
    private int frozen;

    FileAdder(Path folder) {
        this.folder = folder;
    }

    @Override
    public FrozenFiles freeze() throws IOException {
        List<Long> all = numbers();
        int half = all.size() / 2;
        SortedMap<String, Path> files = new TreeMap<>();
        files.put("first", write(all.subList(0, half)));
        files.put("more/second", write(all.subList(half, all.size())));
        return new FrozenFiles() {
            @Override
            public SortedMap<String, Path> files() {
                saveGate.pass();
                return files;
            }

            @Override
            public void close() {
                try {
                    for (Path file : files.values()) {
                        Files.delete(file);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    private Path write(List<Long> numbers) throws IOException {
        Path file = folder.resolve("frozen-" + ++frozen);
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            write(numbers, out);
        }
        return file;
    }

    @Override
    public void adopt(Path from) throws IOException {
        List<Long> all = new ArrayList<>();
        for (String name : List.of("first", "more/second")) {
            try (DataInputStream in =
                    new DataInputStream(Files.newInputStream(from.resolve(name)))) {
                all.addAll(read(in));
            }
        }
        replaceBy(all);
    }
}
