package io.jangada.benchmarks;

/**
 * A number that measurements give, and its column.
 *
 * @param key its name in results
 * @param title the head of its column, with the unit
 * @param higherIsBetter or lower
 */
record Metric(String key, String title, boolean higherIsBetter) {
    static final Metric RATE = new Metric("rate", "ops/s", true);
    static final Metric P50 = new Metric("p50", "p50 us", false);
    static final Metric P99 = new Metric("p99", "p99 us", false);
    static final Metric P999 = new Metric("p999", "p99.9 us", false);
    static final Metric CPU = new Metric("cpu", "CPU s/100k", false);
    static final Metric BYTES = new Metric("bytes", "B/op", false);

    /** Not a column: a remark, if there were any. */
    static final String FAILED = "failed";

    /** The same at a share of the peak, in percent. */
    Metric at(int percent) {
        return new Metric(key + "@" + percent, title + " @" + percent + "%", higherIsBetter);
    }
}
