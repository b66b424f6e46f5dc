package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lengths in snapshots take no memory before the bytes are there, and are numbers that exist. */
class DamagedLengthsTest {
    @TempDir Path folder;

    private interface Content {
        void writeTo(DataOutputStream out) throws IOException;
    }

    private static DataInputStream in(Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        content.writeTo(new DataOutputStream(bytes));
        return new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    }

    /** One session with one reply of that length, of which little is there. */
    @ParameterizedTest
    @ValueSource(ints = {1 << 20, 1 << 30, Integer.MAX_VALUE})
    void replyThatIsNotThereTakesNoMemory(int length) throws IOException {
        DataInputStream in =
                in(
                        out -> {
                            out.writeInt(1);
                            out.writeLong(3);
                            out.write(new SessionTerms(-77, 3_600_000, 16, 1 << 20, 100).encode());
                            out.writeLong(100);
                            out.writeLong(0);
                            out.writeInt(1);
                            out.writeLong(1);
                            out.writeInt(length);
                            out.write(new byte[1000]);
                        });
        assertThrows(EOFException.class, () -> SessionTable.read(in));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 1_000_000})
    void bytesOfAnyLengthAreRead(int length) throws IOException {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 7);
        DataInputStream in =
                in(
                        out -> {
                            out.writeInt(length);
                            out.write(bytes);
                        });
        assertArrayEquals(bytes, SessionTable.readBytes(in, "length"));
        assertEquals(-1, in.read());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void markOfADurableMachine(int length) {
        ByteBuffer mark = ByteBuffer.allocate(60);
        mark.put((byte) 1).putLong(9).putLong(1).putLong(1).putLong(1).putInt(length).rewind();
        DurableAdder machine =
                new DurableAdder(new DurableAdder.Disk()) {
                    @Override
                    public Optional<Checkpoint> recovered() {
                        return Optional.of(new Checkpoint(9, mark));
                    }
                };
        ReplicatedState<Adder> state = new ReplicatedState<>(machine, () -> folder);
        assertThrows(IOException.class, state::recover);
    }

    @ParameterizedTest(name = "{0} files, {1} of {2} bytes")
    @CsvSource({"-1, a, 1", "1, a, -1", "1, a:b, 1", "1, zero, 1", "1, ../a, 1"})
    void filesOfASnapshot(int count, String name, long length) throws IOException {
        DataInputStream in =
                in(
                        out -> {
                            out.writeInt(count);
                            out.writeUTF(name.equals("zero") ? "a\0b" : name);
                            out.writeLong(length);
                            out.write(new byte[10]);
                        });
        IOException e = assertThrows(IOException.class, () -> NamedFiles.read(in, folder));
        assertTrue(e.getMessage() != null, e.toString());
        assertEquals(0, folder.toFile().list().length);
    }
}
