package io.jangada.examples.kv.chaos;

import java.util.ArrayList;
import java.util.List;

/** What must not happen and did, as sentences. Any thread. */
final class Troubles {
    private final List<String> sentences = new ArrayList<>();

    synchronized void add(String sentence) {
        sentences.add(sentence);
    }

    synchronized boolean isEmpty() {
        return sentences.isEmpty();
    }

    synchronized List<String> all() {
        return List.copyOf(sentences);
    }
}
