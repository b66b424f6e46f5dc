package io.jangada.examples.kv.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;

/**
 * Waits for SIGTERM or Ctrl-C, so that the main thread stops things in their order and chooses the
 * exit code.
 */
final class StopSignal {
    private static final System.Logger LOG = System.getLogger(StopSignal.class.getName());

    private final CountDownLatch asked = new CountDownLatch(1);

    private StopSignal() {}

    /** From now on these signals no longer end the process by themselves. */
    static StopSignal listen() {
        StopSignal signal = new StopSignal();
        Signals.register("TERM", signal::ask);
        Signals.register("INT", signal::ask);
        return signal;
    }

    /** As if a signal had come. */
    void ask() {
        asked.countDown();
    }

    void await() throws InterruptedException {
        asked.await();
    }

    /**
     * Ends the process after a while even if stopping hangs: what is acknowledged is on disk
     * anyway.
     */
    static void exitWithin(Duration time) {
        Thread watch =
                new Thread(
                        () -> {
                            try {
                                TimeUnit.NANOSECONDS.sleep(time.toNanos());
                            } catch (InterruptedException e) {
                                return;
                            }
                            LOG.log(
                                    System.Logger.Level.WARNING,
                                    "stopping took longer than {0} ms: leaving at once",
                                    Long.toString(time.toMillis()));
                            Runtime.getRuntime().halt(0);
                        },
                        "kv-stop-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
