package io.jangada.architecture.specimen.raft.impl.core;

import io.jangada.architecture.specimen.raft.impl.Secret;
import java.nio.channels.SocketChannel;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** One class for each way to be impure: what the architecture check must find. */
final class Impure {
    private Impure() {}

    static final class ReadsClock {
        long now() {
            return System.nanoTime();
        }
    }

    static final class DrawsRandomNumber {
        int next() {
            return new Random(1).nextInt();
        }
    }

    static final class UsesMathRandom {
        double next() {
            return Math.random();
        }
    }

    static final class Shuffles {
        void shuffle(List<String> list) {
            Collections.shuffle(list);
        }
    }

    static final class StartsThread {
        void start(Runnable task) {
            new Thread(task).start();
        }
    }

    static final class KeepsThreadLocal {
        ThreadLocal<String> local() {
            return ThreadLocal.withInitial(() -> "");
        }
    }

    static final class UsesConcurrency {
        void complete(CompletableFuture<String> future) {
            future.complete("");
        }
    }

    static final class Logs {
        void log(System.Logger logger) {
            logger.log(System.Logger.Level.INFO, "");
        }
    }

    static final class UsesSocketBuffers {
        boolean isOpen(SocketChannel channel) {
            return channel.isOpen();
        }
    }

    static final class UsesImplementation {
        int value(Secret secret) {
            return secret.value();
        }
    }

    static final class IteratesInSaltedOrder {
        List<String> list(Map<String, String> map) {
            return List.copyOf(Set.copyOf(map.keySet()));
        }
    }
}
