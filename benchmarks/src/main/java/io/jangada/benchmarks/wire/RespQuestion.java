package io.jangada.benchmarks.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks once, on a connection of its own. */
final class RespQuestion {
    private static final int TIMEOUT_MILLIS = 5_000;

    private RespQuestion() {}

    /** Sends a command that answers a flat list of names and values without line ends in them. */
    static Map<String, String> map(InetSocketAddress server, String command) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(server, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write((command + "\r\n").getBytes(UTF_8));
            return map(new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)));
        }
    }

    static Map<String, String> map(BufferedReader in) throws IOException {
        String head = line(in);
        if (!head.matches("\\*\\d+")) {
            throw new IOException("expected a list, the reply is " + head);
        }
        int count = Integer.parseInt(head.substring(1));
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String line = line(in);
            words.add(line.startsWith("$") ? line(in) : line.substring(1));
        }
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i + 1 < count; i += 2) {
            map.put(words.get(i), words.get(i + 1));
        }
        return map;
    }

    private static String line(BufferedReader in) throws IOException {
        String line = in.readLine();
        if (line == null) {
            throw new EOFException("the server closed the connection");
        }
        return line;
    }
}
