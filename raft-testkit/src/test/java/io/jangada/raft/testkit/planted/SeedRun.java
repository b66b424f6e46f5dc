package io.jangada.raft.testkit.planted;

import io.jangada.raft.testkit.sim.SimulationFailure;
import io.jangada.raft.testkit.sim.Swarm;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that runs seeds of the swarm one after the other until one fails, with whatever classes
 * its class path begins with. Arguments: the first seed and the last. It prints lines of words
 * separated by tabs: {@code at SEED SECONDS} now and then, and at the end {@code caught SEED
 * SECONDS MESSAGE} or {@code survived SEED SECONDS}; the seconds are simulated ones of all seeds
 * together.
 */
final class SeedRun {
    /** Held, since the logging system forgets the level of a logger that nobody holds. */
    private static final Logger LIBRARY = Logger.getLogger("io.jangada.raft");

    /** A healthy seed takes a tenth of a second. */
    private static final long HANG_MILLIS = 120_000;

    private static final int REPORT_SEEDS = 50;
    private static final Pattern WHEN = Pattern.compile("seed \\d+ at ([0-9.]+) s: ");

    private SeedRun() {}

    public static void main(String[] arguments) {
        LIBRARY.setLevel(Level.OFF);
        long first = Long.parseLong(arguments[0]);
        long last = Long.parseLong(arguments[1]);
        AtomicLong seed = new AtomicLong(first);
        watch(seed);
        double seconds = 0;
        for (; seed.get() <= last; seed.incrementAndGet()) {
            try {
                seconds += Swarm.run(seed.get(), null).simulatedNanos() / 1e9;
            } catch (SimulationFailure e) {
                caught(seed.get(), seconds + secondsIn(e.getMessage()), e.getMessage());
            } catch (Throwable e) {
                caught(seed.get(), seconds, "an exception: " + e);
            }
            if (seed.get() % REPORT_SEEDS == 0) {
                say("at", seed.get(), seconds, "");
            }
        }
        say("survived", last, seconds, "");
        end();
    }

    private static double secondsIn(String message) {
        Matcher when = WHEN.matcher(message);
        return when.find() ? Double.parseDouble(when.group(1)) : 0;
    }

    private static void caught(long seed, double seconds, String message) {
        String plain = WHEN.matcher(message).replaceFirst("");
        say("caught", seed, seconds, plain.lines().findFirst().orElse("").replace('\t', ' '));
        end();
    }

    private static synchronized void say(String what, long seed, double seconds, String message) {
        System.out.printf("%s\t%d\t%.3f\t%s%n", what, seed, seconds, message);
        System.out.flush();
    }

    /** At once, whatever threads there are. */
    private static void end() {
        Runtime.getRuntime().halt(0);
    }

    /** A run that does not end is a finding too. */
    private static void watch(AtomicLong seed) {
        Thread watchdog =
                new Thread(
                        () -> {
                            long seen = -1;
                            while (seed.get() != seen) {
                                seen = seed.get();
                                try {
                                    Thread.sleep(HANG_MILLIS); // Nothing else can tell a hang.
                                } catch (InterruptedException e) {
                                    return;
                                }
                            }
                            caught(seen, 0, "a run that does not end");
                        },
                        "watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
    }
}
