package io.jangada.raft.testkit.check;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Histories of a key-value store as files: JSON Lines in UTF-8, one event per line, in order of
 * time.
 *
 * <pre>{@code
 * {"i":0,"t":12034511,"p":3,"type":"invoke","f":"put","k":"a","v":"3-17","node":"n2","s":"77:4"}
 * {"i":1,"t":12099120,"p":3,"type":"ok","f":"put","k":"a","v":"3-17"}
 * {"i":2,"t":12100001,"p":5,"type":"invoke","f":"get","k":"a","read":"lease"}
 * {"i":3,"t":12100870,"p":5,"type":"ok","f":"get","k":"a","v":"3-17","idx":912,"term":4}
 * {"i":4,"t":12101000,"p":3,"type":"invoke","f":"cas","k":"a","old":"3-17","new":"3-18"}
 * {"i":5,"t":13101000,"p":3,"type":"info","f":"cas","k":"a","error":"timeout"}
 * {"i":6,"t":13200000,"p":"nemesis","type":"info","f":"cut","v":["n1","n2|n3"]}
 * {"i":7,"t":13300000,"p":5,"type":"invoke","f":"scan","k":"a","to":"m","limit":10}
 * {"i":8,"t":13300900,"p":5,"type":"ok","f":"scan","k":"a","v":["a","3-18","b","5-2"]}
 * }</pre>
 *
 * <ul>
 *   <li>{@code i}: running number; must grow. {@code t}: nanoseconds on one monotonic clock; must
 *       not fall. {@code p}: client process, a number, or {@code "nemesis"} for faults.
 *   <li>{@code type}: {@code invoke}, then {@code ok}, {@code fail} or {@code info}, see {@link
 *       Operation.Status}. What is still open at the end of the file is of unknown outcome.
 *   <li>{@code f}: {@code get}, {@code put}, {@code delete}, {@code append}, {@code cas}, {@code
 *       scan}. {@code k}: the key; of a scan the first one.
 *   <li>{@code v}: of a call the value to put or append; of the {@code ok} of a get the value read,
 *       null if absent; of that of a cas {@code true} or {@code false}, where a missing one means
 *       true; of that of a scan the list key, value, key, value … . {@code old}, {@code new}: of a
 *       cas, null for absent. {@code to} (exclusive) and {@code limit}: of a scan, both optional.
 *   <li>Optional: {@code read} on calls of get and scan ({@code log}, {@code index}, {@code lease},
 *       {@code stale}); {@code node} and {@code s} (session:sequence) on all events; {@code idx},
 *       {@code term} and {@code error} on ends. All but {@code read} become notes of the operation.
 * </ul>
 */
public final class KvHistoryFile {

    private KvHistoryFile() {}

    /**
     * Reads a history.
     *
     * @param file where it is
     * @return the history
     * @throws HistoryFormatException if a line is not as described above; names the line
     * @throws IOException if the file cannot be read
     */
    public static History<KvInput, KvOutput> read(Path file) throws IOException {
        // A decoder made by hand refuses malformed input instead of replacing it.
        try (Reader reader =
                new InputStreamReader(
                        Files.newInputStream(file), StandardCharsets.UTF_8.newDecoder())) {
            return read(reader, file.toString());
        }
    }

    /**
     * Reads a history.
     *
     * @param in its lines; not closed
     * @param name what messages call it
     * @return the history
     * @throws HistoryFormatException if a line is not as described above; names the line
     * @throws IOException if {@code in} fails
     */
    public static History<KvInput, KvOutput> read(Reader in, String name) throws IOException {
        BufferedReader lines = new BufferedReader(in);
        KvEventReader events = new KvEventReader();
        int lineNumber = 1;
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                events.read(JsonLine.parse(line));
                lineNumber++;
            }
        } catch (HistoryFormatException e) {
            throw e.at(name, lineNumber);
        } catch (CharacterCodingException e) {
            // The reader decodes ahead of the line that it hands out.
            throw new HistoryFormatException("is not UTF-8 at this line or behind it")
                    .at(name, lineNumber);
        }
        return events.history();
    }

    /**
     * Writes a history. Reading it back gives an equal one.
     *
     * @param file where to; replaced if it exists
     * @param history what to write
     * @throws IOException if the file cannot be written
     * @throws IllegalArgumentException if an operation has a note that the format has no place for
     */
    public static void write(Path file, History<KvInput, KvOutput> history) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            write(out, history);
        }
    }

    /**
     * Writes a history. Reading it back gives an equal one.
     *
     * @param out where to; not closed
     * @param history what to write
     * @throws IOException if {@code out} fails
     * @throws IllegalArgumentException if an operation has a note that the format has no place for
     */
    public static void write(Appendable out, History<KvInput, KvOutput> history)
            throws IOException {
        for (String line : KvEventWriter.lines(history)) {
            out.append(line).append('\n');
        }
    }
}
