package io.jangada.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From single results to the table. */
class WireTableTest {
    private final Results results = new Results();

    private void measured(String contender, WireWorkload load, double rate, double failed) {
        Map<String, Double> values =
                Map.of("rate", rate, "p50", 1000.0, "p99", 2000.0, "cpu", 10.0, "failed", failed);
        int round = results.all().size();
        results.add(new Results.One(contender, load.key(), round, new Result(values), null));
    }

    private String text(WireWorkload... loads) {
        return new WireTable(results, List.of("kv-segment", "etcd", "redis-single"))
                .text(List.of(loads));
    }

    @Test
    void medianRatesAreMultiplesOfEtcds() {
        measured("kv-segment", WireWorkload.SET, 30_000, 0);
        measured("kv-segment", WireWorkload.SET, 31_000, 0);
        measured("kv-segment", WireWorkload.SET, 10_000, 0);
        measured("etcd", WireWorkload.SET, 10_000, 3);

        assertEquals(
                """
                set-64: SET, or put, of 256 B, 64 clients
                               ops/s        (min..max)  p50 us  p99 us  CPU s/100k  client  x etcd
                  kv-segment  30,000  (10,000..31,000)   1,000   2,000        10.0       -    3.00
                  etcd        10,000  (10,000..10,000)   1,000   2,000        10.0       -    1.00
                  etcd: 3.00 failed

                """,
                text(WireWorkload.SET, WireWorkload.GET));
    }

    /** The one load that speaks no gRPC is compared with etcd under the other. */
    @Test
    void redisBenchmarkIsComparedWithEtcdUnderItsOwnClient() {
        measured("kv-segment", WireWorkload.REDIS_BENCHMARK_GET, 50_000, 0);
        measured("etcd", WireWorkload.GET, 20_000, 0);
        String redis = "redis-single";
        String load = WireWorkload.REDIS_BENCHMARK_GET.key();
        results.add(new Results.One(redis, load, 1, null, "no leader"));

        assertEquals(
                """
                redis-benchmark-get: redis-benchmark -t get -c 64 -d 256
                                 ops/s        (min..max)  p50 us  p99 us  CPU s/100k  client  x etcd
                  kv-segment    50,000  (50,000..50,000)   1,000   2,000        10.0       -    2.50
                  redis-single       -                 -       -       -           -       -       -
                  redis-single: no leader

                """,
                text(WireWorkload.REDIS_BENCHMARK_GET));
    }
}
