package io.jangada.raft.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportProvider;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the builder accepts, and the small classes that settings act on. */
class SettingsTest {
    private static String refusal(NettyTransport.Builder builder) {
        return assertThrows(IllegalArgumentException.class, builder::build).getMessage();
    }

    @Test
    void defaultsFitTogether() {
        NettyTransport transport = NettyTransport.builder().build();
        assertEquals(16 << 20, transport.frameBytesMax());
        transport.close();
    }

    @Test
    void settingsOutOfRangeAreNamedWithTheirValue() {
        assertEquals(
                "frameBytesMax 1023 is not from 1 KiB to 1 GiB",
                refusal(NettyTransport.builder().frameBytesMax(1023)));
        assertEquals(
                "queueBytesMax 1024 has no room for a frame of frameBytesMax 1024",
                refusal(NettyTransport.builder().frameBytesMax(1024).queueBytesMax(1024)));
        assertEquals(
                "backoff min PT2S is more than max PT1S",
                refusal(
                        NettyTransport.builder()
                                .backoff(Duration.ofSeconds(2), Duration.ofSeconds(1))));
        assertEquals(
                "idleTimeout PT0S is not from 1 ms to 1 day",
                refusal(NettyTransport.builder().idleTimeout(Duration.ZERO)));
        assertEquals(
                "ioThreads 0 is not from 1 to 64", refusal(NettyTransport.builder().ioThreads(0)));
        assertEquals(
                "address 'here' is not HOST:PORT, as in h1:7000",
                refusal(NettyTransport.builder().bindAddress("here")));
    }

    @Test
    void providerIsFoundAndMakesRoomForTheLargestEntry() {
        List<TransportProvider> found =
                ServiceLoader.load(TransportProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();
        assertEquals(1, found.size());
        RaftConfig large =
                RaftConfig.builder().entryBytesMax(64 << 20).uncommittedBytesMax(128 << 20).build();
        try (Transport transport = found.get(0).create("127.0.0.1:0", large);
                Transport usual = found.get(0).create("127.0.0.1:0", RaftConfig.defaults())) {
            assertInstanceOf(NettyTransport.class, transport);
            assertTrue(transport.frameBytesMax() > 64 << 20);
            assertTrue(usual.frameBytesMax() > RaftConfig.defaults().entryBytesMax());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "h1:7000, h1, 7000",
        "127.0.0.1:1, 127.0.0.1, 1",
        "[::1]:65535, ::1, 65535",
        "::1:80, ::1, 80",
    })
    void addressIsRead(String text, String host, int port) {
        assertEquals(new HostPort(host, port), HostPort.parse(text, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "h1",
                "h1:",
                ":7000",
                "h1:0",
                "h1:65536",
                "h1:-1",
                "h1:+7",
                "h1:7x"
            })
    void otherTextIsNoAddress(String text) {
        assertEquals(
                "address '" + text + "' is not HOST:PORT, as in h1:7000",
                assertThrows(IllegalArgumentException.class, () -> HostPort.parse(text, 1))
                        .getMessage());
    }

    @Test
    void addressOfIpv6IsPrintedInBrackets() {
        assertEquals("[::1]:7000", HostPort.parse("[::1]:7000", 1).toString());
        assertEquals("h1:7000", HostPort.parse("h1:7000", 1).toString());
    }

    @Test
    void backoffDoublesUpToItsBoundAndHalfOfItIsDrawn() {
        Backoff backoff =
                new Backoff(Duration.ofNanos(100), Duration.ofNanos(1000), new SplittableRandom(1));
        for (int round = 0; round < 50; round++) {
            for (long longest : new long[] {100, 200, 400, 800, 1000, 1000}) {
                long wait = backoff.nextNanos();
                assertTrue(wait >= longest / 2 && wait <= longest, wait + " of " + longest);
            }
            backoff.reset();
        }
    }

    @Test
    void lineThatComesAgainIsHeldBackForAMinute() {
        RepeatedLines lines = new RepeatedLines(2);
        long second = 1_000_000_000L;
        assertEquals(Optional.of(""), lines.next("a", 0));
        assertEquals(Optional.empty(), lines.next("a", second));
        assertEquals(Optional.of(""), lines.next("b", second));
        assertEquals(Optional.empty(), lines.next("a", 59 * second));
        assertEquals(Optional.of(" (and 2 times before)"), lines.next("a", 60 * second));
        assertEquals(Optional.empty(), lines.next("a", 61 * second));
        assertEquals(Optional.of(""), lines.next("c", 62 * second), "forgets b");
        assertEquals(Optional.of(""), lines.next("b", 63 * second), "forgets a");
        lines.reset();
        assertEquals(Optional.of(""), lines.next("b", 64 * second));
    }
}
