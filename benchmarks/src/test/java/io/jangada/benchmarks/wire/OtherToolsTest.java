package io.jangada.benchmarks.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs that we did not write say and want to hear. */
class OtherToolsTest {
    @TempDir private Path folder;

    @Test
    void redisBenchmarkNamesItsColumns() throws Exception {
        List<String> lines =
                List.of(
                        "WARNING: Could not fetch server CONFIG",
                        "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\","
                                + "\"p95_latency_ms\",\"p99_latency_ms\",\"max_latency_ms\"",
                        "\"SET\",\"5060.63\",\"11.525\",\"1.408\",\"7.151\",\"28.383\",\"73.087\","
                                + "\"687.615\"");

        assertEquals(
                new RedisBenchmark.Figures(5060.63, 7151, 73_087, 1.5),
                RedisBenchmark.parse(lines, 1.5));
    }

    @Test
    void redisBenchmarkWithoutFiguresIsAFailureThatShowsWhatItSaid() {
        List<String> lines = List.of("Error from server: UNAVAILABLE no leader");

        IOException failure = assertThrows(IOException.class, () -> RedisBenchmark.parse(lines, 1));
        assertTrue(failure.getMessage().endsWith("UNAVAILABLE no leader"));
    }

    @Test
    void redisBenchmarkOfAnotherVersionIsAFailure() {
        List<String> lines = List.of("\"test\",\"rps\"", "\"SET\",\"5060.63\"");

        IOException failure = assertThrows(IOException.class, () -> RedisBenchmark.parse(lines, 1));
        assertTrue(failure.getMessage().startsWith("redis-benchmark gave no p50_latency_ms"));
    }

    @Test
    void theMemberOfEtcdThatKnowsItselfAsLeaderLeads() {
        String ids = "{\"header\":{\"cluster_id\":\"9\",\"member_id\":\"%s\"},\"leader\":\"%s\"}";

        assertTrue(EtcdContender.leads(String.format(ids, "12", "12")));
        assertFalse(EtcdContender.leads(String.format(ids, "12", "13")));
        assertFalse(EtcdContender.leads("{\"header\":{\"member_id\":\"12\"},\"version\":\"3\"}"));
    }

    /** The bytes that protoc's classes would write. */
    @Test
    void requestsToEtcdAreProtocolBuffers() {
        byte[] put = EtcdClient.putRequest("k".getBytes(US_ASCII), new byte[256]);

        assertArrayEquals(new byte[] {10, 1, 'k', 18, (byte) 0x80, 2, 0}, Arrays.copyOf(put, 7));
        assertEquals(6 + 256, put.length);
        assertArrayEquals(
                new byte[] {10, 2, 'k', '1'}, EtcdClient.rangeRequest("k1".getBytes(US_ASCII)));
    }

    @Test
    void programsAreLookedForOnThePath() throws Exception {
        Path program = Files.writeString(folder.resolve("tool"), "#!/bin/sh\n");
        String path = "/nowhere:" + folder;

        assertEquals(Optional.empty(), Tools.find("tool", path));
        assertTrue(program.toFile().setExecutable(true));
        assertEquals(Optional.of(program), Tools.find("tool", path));
        assertEquals(Optional.empty(), Tools.find("tool", ""));
        assertEquals(
                Optional.of("no-such-tool is not on the PATH: apt-get install a-package"),
                Tools.missing("no-such-tool", "a-package"));
        assertEquals("", Tools.version("no-such-tool"));
    }
}
