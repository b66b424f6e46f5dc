package io.jangada.raft.storage.segment;

import java.util.Arrays;

/** What stands in a file, in pages that versions of it share. Never changes. */
final class FilePages {
    static final int PAGE = 4096;
    static final FilePages EMPTY = new FilePages(0, new byte[0][]);

    private static final byte[] ZEROS = new byte[PAGE];

    private final int length;
    private final byte[][] pages;

    private FilePages(int length, byte[][] pages) {
        this.length = length;
        this.pages = pages;
    }

    int length() {
        return length;
    }

    int count() {
        return pages.length;
    }

    /** A page, of zeros where the file ends before; not to be changed. */
    byte[] page(int number) {
        return number < pages.length ? pages[number] : ZEROS;
    }

    /** The same file with this content; this, if that is the same. */
    FilePages with(byte[] bytes) {
        int count = (bytes.length + PAGE - 1) / PAGE;
        byte[][] next = new byte[count][];
        boolean same = bytes.length == length;
        for (int i = 0; i < count; i++) {
            int from = i * PAGE;
            int to = Math.min(from + PAGE, bytes.length);
            byte[] old = page(i);
            if (Arrays.equals(bytes, from, to, old, 0, to - from) && isZero(old, to - from)) {
                next[i] = old;
            } else {
                same = false;
                next[i] = Arrays.copyOf(Arrays.copyOfRange(bytes, from, to), PAGE);
            }
        }
        return same ? this : new FilePages(bytes.length, next);
    }

    private static boolean isZero(byte[] page, int from) {
        return from == PAGE || Arrays.equals(page, from, PAGE, ZEROS, from, PAGE);
    }
}
