package io.jangada.examples.kv.chaos;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The links of all nodes with each other. Any thread. */
final class Network implements Closeable {
    private record Way(int from, int to) implements Comparable<Way> {
        @Override
        public int compareTo(Way other) {
            return from != other.from
                    ? Integer.compare(from, other.from)
                    : Integer.compare(to, other.to);
        }
    }

    private final Map<Integer, Integer> ports = new TreeMap<>();
    private final Map<Way, ProxyLink> links = new TreeMap<>();

    /** Links a node with all that there are, both ways. */
    synchronized void add(int node, int port) throws IOException {
        for (Map.Entry<Integer, Integer> other : ports.entrySet()) {
            open(node, other.getKey(), other.getValue());
            open(other.getKey(), node, port);
        }
        ports.put(node, port);
    }

    private void open(int from, int to, int port) throws IOException {
        links.put(new Way(from, to), new ProxyLink(HostNames.ofLink(from, to), port));
    }

    /** Forgets a node and its links. */
    synchronized void remove(int node) throws IOException {
        ports.remove(node);
        List<Way> gone = new ArrayList<>();
        for (Map.Entry<Way, ProxyLink> link : links.entrySet()) {
            if (link.getKey().from() == node || link.getKey().to() == node) {
                link.getValue().close();
                gone.add(link.getKey());
            }
        }
        gone.forEach(links::remove);
    }

    /** Changes one direction, if both nodes are there. */
    synchronized void set(int from, int to, ProxyLink.Mode mode, long delayNanos) {
        ProxyLink link = links.get(new Way(from, to));
        if (link != null) {
            link.set(mode, delayNanos);
        }
    }

    /** Changes every way from one of some nodes to one of others. */
    void setAll(Collection<Integer> from, Collection<Integer> to, ProxyLink.Mode mode) {
        for (int one : from) {
            for (int other : to) {
                set(one, other, mode, 0);
            }
        }
    }

    /** Closes every connection once. */
    synchronized void resetAll() {
        links.values().forEach(ProxyLink::reset);
    }

    /** Everything passes again. */
    synchronized void heal() {
        links.values().forEach(link -> link.set(ProxyLink.Mode.OPEN, 0));
    }

    @Override
    public synchronized void close() throws IOException {
        for (ProxyLink link : links.values()) {
            link.close();
        }
        links.clear();
        ports.clear();
    }
}
