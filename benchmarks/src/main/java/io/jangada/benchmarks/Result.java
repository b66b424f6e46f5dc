package io.jangada.benchmarks;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What one measurement gave.
 *
 * @param values by metric; see {@link Metric}
 */
record Result(Map<String, Double> values) {
    Result {
        values = new TreeMap<>(values);
    }

    double get(String metric) {
        return values.getOrDefault(metric, Double.NaN);
    }

    void save(Path file) throws IOException {
        Properties lines = new Properties();
        values.forEach((metric, value) -> lines.setProperty(metric, Double.toString(value)));
        try (Writer out = Files.newBufferedWriter(file)) {
            lines.store(out, null);
        }
    }

    static Result load(Path file) throws IOException {
        Properties lines = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            lines.load(in);
        }
        Map<String, Double> values = new TreeMap<>();
        for (String metric : lines.stringPropertyNames()) {
            values.put(metric, Double.valueOf(lines.getProperty(metric)));
        }
        return new Result(values);
    }
}
