package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.nio.file.Path;

/** Does what another journal does, for tests that change some of it. */
class ForwardingJournal implements Journal {
    final Journal journal;

    ForwardingJournal(Journal journal) {
        this.journal = journal;
    }

    @Override
    public int recordBytesMax() {
        return journal.recordBytesMax();
    }

    @Override
    public void startSegment(int segment) throws IOException {
        journal.startSegment(segment);
    }

    @Override
    public boolean fits(int recordBytes, int reserveBytes) {
        return journal.fits(recordBytes, reserveBytes);
    }

    @Override
    public int append(byte[] record, int length) throws IOException {
        return journal.append(record, length);
    }

    @Override
    public SegmentAppender.Batch take() {
        return journal.take();
    }

    @Override
    public void sync() throws IOException {
        journal.sync();
    }

    @Override
    public void delete(Path segmentFile) throws IOException {
        journal.delete(segmentFile);
    }

    @Override
    public void close() {
        journal.close();
    }
}
