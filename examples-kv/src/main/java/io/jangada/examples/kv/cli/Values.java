package io.jangada.examples.kv.cli;

import io.jangada.examples.kv.resp.ReadConsistency;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How the values of options are written. */
final class Values {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m)");
    private static final Pattern PERCENT = Pattern.compile("([0-9]{1,2}(\\.[0-9]{1,3})?)%");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,10})(KiB|MiB)?");

    private Values() {}

    /** {@code 250ms}, {@code 5s}, {@code 1m}. */
    static final class OfDuration implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Matcher matcher = DURATION.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is not a duration, as in 250ms, 5s or 1m");
            }
            long number = Long.parseLong(matcher.group(1));
            Duration duration =
                    switch (matcher.group(2)) {
                        case "ms" -> Duration.ofMillis(number);
                        case "s" -> Duration.ofSeconds(number);
                        default -> Duration.ofMinutes(number);
                    };
            if (duration.isZero() || duration.compareTo(Duration.ofDays(1)) > 0) {
                throw new TypeConversionException(
                        "'" + text + "' is not a duration from 1ms to a day");
            }
            return duration;
        }
    }

    /** {@code 10%} becomes 0.1. */
    static final class OfPercent implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            Matcher matcher = PERCENT.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is not a percentage below 100%, as in 10%");
            }
            return new BigDecimal(matcher.group(1)).movePointLeft(2).doubleValue();
        }
    }

    /** {@code 1048576}, {@code 512KiB}, {@code 8MiB}. */
    static final class OfSize implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            Matcher matcher = SIZE.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is not a size, as in 65536, 512KiB or 8MiB");
            }
            String unit = matcher.group(2);
            int shift = unit == null ? 0 : unit.equals("KiB") ? 10 : 20;
            long bytes = Long.parseLong(matcher.group(1)) << shift;
            return (int) Math.min(bytes, Integer.MAX_VALUE);
        }
    }

    /** {@code HOST:PORT}. */
    static final class OfAddress implements ITypeConverter<Address> {
        @Override
        public Address convert(String text) {
            try {
                return Address.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** {@code ID=HOST:PORT,…}. */
    static final class OfCluster implements ITypeConverter<Cluster> {
        @Override
        public Cluster convert(String text) {
            try {
                return Cluster.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** {@code index} or {@code lease}: what a whole server may start with. */
    static final class OfReads implements ITypeConverter<ReadConsistency> {
        @Override
        public ReadConsistency convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "index" -> ReadConsistency.INDEX;
                case "lease" -> ReadConsistency.LEASE;
                default ->
                        throw new TypeConversionException(
                                "'" + text + "' is neither index nor lease");
            };
        }
    }

    /** The name of a durable store. */
    static final class OfStore implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            String name = text.toLowerCase(Locale.ROOT);
            if (!name.equals("chronicle") && !name.equals("segment")) {
                throw new TypeConversionException(
                        "'" + text + "' is neither chronicle nor segment");
            }
            return name;
        }
    }

    /** {@code always} or {@code never}. */
    static final class OfFsync implements ITypeConverter<Fsync> {
        @Override
        public Fsync convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "always" -> Fsync.ALWAYS;
                case "never" -> Fsync.NEVER;
                default ->
                        throw new TypeConversionException(
                                "'" + text + "' is neither always nor never");
            };
        }
    }

    /** Whether a write is on disk before it is acknowledged. */
    enum Fsync {
        ALWAYS,
        NEVER
    }
}
