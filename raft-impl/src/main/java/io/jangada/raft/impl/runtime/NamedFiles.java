package io.jangada.raft.impl.runtime;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * Files as they are in a snapshot: how many, then the name, length and bytes of each, in the order
 * of their names.
 */
final class NamedFiles {
    private static final int BUFFER_BYTES = 64 << 10;

    private NamedFiles() {}

    static void write(SortedMap<String, Path> files, DataOutputStream out) throws IOException {
        out.writeInt(files.size());
        byte[] buffer = new byte[BUFFER_BYTES];
        for (Map.Entry<String, Path> each : files.entrySet()) {
            checkName(each.getKey());
            long length = Files.size(each.getValue());
            out.writeUTF(each.getKey());
            out.writeLong(length);
            try (InputStream in = Files.newInputStream(each.getValue())) {
                copy(in, out, length, buffer, each.getKey());
                if (in.read() >= 0) {
                    throw new IOException("file " + each.getKey() + " grew while it was copied");
                }
            }
        }
    }

    static void read(DataInputStream in, Path folder) throws IOException {
        int count = in.readInt();
        if (count < 0) {
            throw new IOException("the number of files in a snapshot is " + count);
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int i = 0; i < count; i++) {
            String name = in.readUTF();
            checkName(name);
            long length = in.readLong();
            if (length < 0) {
                throw new IOException("the length of file " + name + " is " + length);
            }
            Path file = folder.resolve(name);
            Path parent = file.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            try (OutputStream out = Files.newOutputStream(file)) {
                copy(in, out, length, buffer, name);
            }
        }
    }

    private static void copy(
            InputStream in, OutputStream out, long length, byte[] buffer, String name)
            throws IOException {
        long rest = length;
        while (rest > 0) {
            int count = in.read(buffer, 0, (int) Math.min(rest, buffer.length));
            if (count < 0) {
                throw new IOException("file " + name + " ends " + rest + " bytes too early");
            }
            out.write(buffer, 0, count);
            rest -= count;
        }
    }

    /** A name that stays within the folder that it is put into, on every system. */
    private static void checkName(String name) throws IOException {
        boolean bad = name.isEmpty() || name.chars().anyMatch(c -> "\\:\0".indexOf(c) >= 0);
        for (String part : name.split("/", -1)) {
            bad |= part.isEmpty() || part.equals(".") || part.equals("..");
        }
        if (bad) {
            throw new IOException(
                    "'"
                            + name
                            + "' cannot be the name of a file in a snapshot: use relative names"
                            + " with / between folders");
        }
    }

    /** Deletes a folder and all that is in it; does nothing if it is not there. */
    static void deleteFolder(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : (Iterable<Path>) all.sorted((a, b) -> b.compareTo(a))::iterator) {
                Files.delete(each);
            }
        }
    }
}
